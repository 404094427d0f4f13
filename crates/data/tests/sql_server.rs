//! The wiring to Microsoft SQL Server, with a server of ours that speaks just enough of its protocol (MS-TDS) and answers from a script:
//! no real SQL Server was at hand.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use data::sources::{
    Address, Fetched, Limits, ScoredPerson, Scores, SourceError, TableName, fetch, write_scores,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with the statement that a test is about.
#[derive(Clone)]
enum Script {
    Rows(Vec<u8>),
    /// Refuses the account.
    SignInFails,
    /// The account may write.
    Writer,
    /// An error of the server.
    Fails(&'static str),
    /// Sends rows and closes the connection.
    Breaks,
    /// Never answers.
    Hangs,
    /// Rows without end.
    Endless,
}

type Statements = Arc<Mutex<Vec<String>>>;

/// A server, its address, and what it was asked.
async fn server(script: Script) -> (String, Statements) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Statements::default();
    let statements = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (script, statements) = (script.clone(), Arc::clone(&statements));
            tokio::spawn(async move { serve(stream, &script, &statements).await });
        }
    });
    (
        format!("sqlserver://reader@127.0.0.1:{port}/hr?encrypt=no"),
        asked,
    )
}

async fn serve(mut stream: TcpStream, script: &Script, statements: &Statements) -> Option<()> {
    message(&mut stream).await?;
    // Version and “no encryption”, at the places that the first eleven bytes state.
    let mut prelogin = vec![0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
    prelogin.extend([16, 0, 0, 0, 0, 0, 2]);
    answer(&mut stream, &prelogin).await?;
    message(&mut stream).await?;
    if matches!(script, Script::SignInFails) {
        answer(
            &mut stream,
            &error(18456, "Login failed for user 'reader'."),
        )
        .await?;
        return None;
    }
    answer(&mut stream, &[login(), done(0)].concat()).await?;
    loop {
        let (kind, body) = message(&mut stream).await?;
        let text = statement(kind, &body);
        statements.lock().unwrap().push(text.clone());
        let is_question = text.contains("may_write");
        let is_frame = text.starts_with("set ") || text == "commit transaction";
        let tokens = match script {
            _ if is_question => {
                let flag = i32::from(matches!(script, Script::Writer));
                let cell = [vec![4], flag.to_le_bytes().to_vec()].concat();
                [
                    columns(&[("may_write", vec![0x26, 4])]),
                    row(&[cell]),
                    done(1),
                ]
                .concat()
            }
            _ if is_frame => done(0),
            Script::Fails(why) if kind == SQL_BATCH || text.contains("insert into") => {
                error(208, why)
            }
            Script::Rows(tokens) if kind == SQL_BATCH => tokens.clone(),
            Script::Breaks | Script::Endless => {
                let tokens = columns(&[("id", nvarchar())]);
                packet(&mut stream, &tokens, false).await?;
                let mut rows = 0;
                while matches!(script, Script::Endless) || rows < 3 {
                    let cells = row(&[text_cell("007")]).repeat(100);
                    packet(&mut stream, &cells, false).await?;
                    rows += 1;
                }
                return None;
            }
            Script::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return None;
            }
            _ => done(0),
        };
        answer(&mut stream, &tokens).await?;
    }
}

const SQL_BATCH: u8 = 1;

/// The whole message of the client and its kind.
async fn message(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut body = Vec::new();
    loop {
        let mut head = [0; 8];
        stream.read_exact(&mut head).await.ok()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]])) - 8;
        let start = body.len();
        body.resize(start + length, 0);
        stream.read_exact(&mut body[start..]).await.ok()?;
        if head[1] & 1 == 1 {
            return Some((head[0], body));
        }
    }
}

async fn packet(stream: &mut TcpStream, tokens: &[u8], is_last: bool) -> Option<()> {
    let length = u16::try_from(tokens.len() + 8).unwrap().to_be_bytes();
    let head = [4, u8::from(is_last), length[0], length[1], 0, 0, 1, 0];
    stream.write_all(&head).await.ok()?;
    stream.write_all(tokens).await.ok()
}

async fn answer(stream: &mut TcpStream, tokens: &[u8]) -> Option<()> {
    packet(stream, tokens, true).await
}

/// The text of a batch, or what of a remote call reads as text.
fn statement(kind: u8, body: &[u8]) -> String {
    let headers = u32::from_le_bytes(body[..4].try_into().unwrap()) as usize;
    let units = |bytes: &[u8]| -> Vec<u16> {
        bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    };
    let even = String::from_utf16_lossy(&units(&body[headers..]));
    if kind == SQL_BATCH {
        return even;
    }
    even + &String::from_utf16_lossy(&units(&body[headers + 1..]))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn short(text: &str) -> Vec<u8> {
    [vec![text.encode_utf16().count() as u8], wide(text)].concat()
}

fn token(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_le_bytes();
    [&[kind], length.as_slice(), body].concat()
}

fn login() -> Vec<u8> {
    let body = [vec![1, 0x74, 0, 0, 4], short("script"), vec![16, 0, 0, 0]].concat();
    token(0xad, &body)
}

fn done(rows: u64) -> Vec<u8> {
    [vec![0xfd, 0x10, 0, 0xc1, 0], rows.to_le_bytes().to_vec()].concat()
}

fn error(number: i32, why: &str) -> Vec<u8> {
    let letters = u16::try_from(why.encode_utf16().count()).unwrap();
    let body = [
        number.to_le_bytes().to_vec(),
        vec![1, 16],
        letters.to_le_bytes().to_vec(),
        wide(why),
        short("script"),
        short(""),
        1_u32.to_le_bytes().to_vec(),
    ];
    [
        token(0xaa, &body.concat()),
        vec![0xfd, 2, 0, 0, 0],
        vec![0; 8],
    ]
    .concat()
}

/// Columns by their names and the bytes of their types.
fn columns(columns: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut tokens = vec![0x81];
    tokens.extend((columns.len() as u16).to_le_bytes());
    for (name, kind) in columns {
        tokens.extend([0, 0, 0, 0, 9, 0]);
        tokens.extend(kind);
        tokens.extend(short(name));
    }
    tokens
}

fn nvarchar() -> Vec<u8> {
    vec![0xe7, 0x90, 1, 9, 4, 0xd0, 0, 0x34]
}

fn text_cell(text: &str) -> Vec<u8> {
    let bytes = wide(text);
    [(bytes.len() as u16).to_le_bytes().to_vec(), bytes].concat()
}

fn row(cells: &[Vec<u8>]) -> Vec<u8> {
    [vec![0xd1], cells.concat()].concat()
}

async fn read(address: &str, limits: Limits) -> Result<Fetched, SourceError> {
    let address = Address::parse(address)?;
    fetch(&address, Some("secret"), "select * from people", &limits).await
}

fn once() -> Limits {
    Limits {
        attempts: 1,
        ..Limits::default()
    }
}

#[tokio::test]
async fn rows_of_every_usual_type_become_a_file() {
    let kinds = [
        ("id", nvarchar()),
        ("age", vec![0x26, 4]),
        ("pay", vec![0x6c, 9, 12, 2]),
        ("rate", vec![0x6d, 8]),
        ("present", vec![0x68, 1]),
        ("since", vec![0x28]),
        ("seen", vec![0x6f, 8]),
        ("saved", vec![0x2a, 7]),
    ];
    // 1 March 2026 is day 739 675 after 1 January 0001, and 46 080 after 1 January 1900.
    let day = [vec![3], 739_675_u32.to_le_bytes()[..3].to_vec()].concat();
    let noon = 12 * 3600 * 300_u32;
    let seen = [
        vec![8],
        46_080_u32.to_le_bytes().to_vec(),
        noon.to_le_bytes().to_vec(),
    ];
    let parts = (12 * 3600 + 1) * 10_000_000_u64;
    let saved = [
        vec![8],
        parts.to_le_bytes()[..5].to_vec(),
        739_675_u32.to_le_bytes()[..3].to_vec(),
    ];
    let full = [
        text_cell("007"),
        [vec![4], 41_i32.to_le_bytes().to_vec()].concat(),
        [vec![5, 1], 123_450_u32.to_le_bytes().to_vec()].concat(),
        [vec![8], 0.1_f64.to_le_bytes().to_vec()].concat(),
        vec![1, 1],
        day,
        seen.concat(),
        saved.concat(),
    ];
    let empty = [
        vec![0xff, 0xff],
        vec![0],
        vec![0],
        vec![0],
        vec![0],
        vec![0],
        vec![0],
        vec![0],
    ];
    let tokens = [columns(&kinds), row(&full), row(&empty), done(2)].concat();
    let (address, asked) = server(Script::Rows(tokens)).await;
    let fetched = read(&address, once()).await.unwrap();
    assert_eq!(
        String::from_utf8(fetched.csv).unwrap(),
        "id,age,pay,rate,present,since,seen,saved\n\
         007,41,1234.50,0.1,true,2026-03-01,2026-03-01 12:00:00,2026-03-01 12:00:01\n\
         ,,,,,,,\n"
    );
    assert_eq!(fetched.rows, 2);
    let asked = asked.lock().unwrap();
    assert!(asked[1].ends_with("begin transaction"));
    assert_eq!(asked[2], "select * from people");
}

#[tokio::test]
async fn an_account_that_may_write_is_refused_before_the_query() {
    let (address, asked) = server(Script::Writer).await;
    assert!(matches!(
        read(&address, once()).await,
        Err(SourceError::SignIn(_))
    ));
    assert_eq!(
        asked.lock().unwrap().len(),
        1,
        "only what the account may do was asked"
    );
}

#[tokio::test]
async fn what_the_server_says_is_passed_on() {
    let (address, _) = server(Script::Fails("Invalid object name 'people'.")).await;
    let why = SourceError::Query("Invalid object name 'people'.".into());
    assert_eq!(read(&address, once()).await, Err(why));
    let (address, _) = server(Script::SignInFails).await;
    assert!(matches!(
        read(&address, once()).await,
        Err(SourceError::SignIn(_))
    ));
}

#[tokio::test]
async fn an_empty_result_says_so() {
    let tokens = [columns(&[("id", nvarchar())]), done(0)].concat();
    let (address, _) = server(Script::Rows(tokens)).await;
    assert_eq!(read(&address, once()).await, Err(SourceError::NoRows));
}

#[tokio::test]
async fn a_second_result_is_refused() {
    let one = [columns(&[("id", nvarchar())]), row(&[text_cell("007")])].concat();
    let more = [vec![0xfd, 0x11, 0, 0xc1, 0], vec![0; 8]].concat();
    let tokens = [one.clone(), more, one, done(1)].concat();
    let (address, _) = server(Script::Rows(tokens)).await;
    assert!(matches!(
        read(&address, once()).await,
        Err(SourceError::Query(_))
    ));
}

#[tokio::test]
async fn a_dropped_connection_leaves_nothing() {
    let (address, _) = server(Script::Breaks).await;
    let rows = |result| match result {
        Err(SourceError::Broken { rows, .. }) => rows,
        other => panic!("{other:?}"),
    };
    assert_eq!(rows(read(&address, once()).await), 300);
}

#[tokio::test]
async fn a_huge_result_is_refused_and_a_slow_query_is_given_up() {
    let (address, _) = server(Script::Endless).await;
    let limits = Limits {
        rows: 5_000,
        ..once()
    };
    assert_eq!(
        read(&address, limits).await,
        Err(SourceError::TooManyRows(5_000))
    );
    let (address, _) = server(Script::Hangs).await;
    let limits = Limits {
        time: Duration::from_secs(1),
        ..once()
    };
    assert_eq!(read(&address, limits).await, Err(SourceError::Late(1)));
}

#[tokio::test]
async fn a_server_that_is_away_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let address = format!("sqlserver://reader@127.0.0.1:{port}/hr");
    assert!(matches!(
        read(&address, once()).await,
        Err(SourceError::Away(_))
    ));
}

fn scores(people: usize) -> Scores {
    let person = |id: usize| ScoredPerson {
        id: format!("{id:03}"),
        probability: 0.25,
        basis: "final".into(),
        interval: None,
        band: "low".into(),
        change: None,
        change_basis: "not_scored".into(),
        reasons: "overtime".into(),
    };
    Scores {
        use_case: "attrition".into(),
        as_of: "2026-11-01".into(),
        horizon: "within 12 months".into(),
        model_version: 3,
        batch: "b".into(),
        people: (0..people).map(person).collect(),
    }
}

#[tokio::test]
async fn scores_are_written_in_one_transaction_and_steps() {
    let (address, asked) = server(Script::Rows(done(0))).await;
    let address = Address::parse(&address).unwrap();
    let table = TableName::parse("hr.scores").unwrap();
    write_scores(&address, None, &table, &scores(450), &once())
        .await
        .unwrap();
    let asked = asked.lock().unwrap();
    let count = |part: &str| asked.iter().filter(|text| text.contains(part)).count();
    assert!(asked[0].ends_with("begin transaction"));
    assert_eq!(asked.last().unwrap(), "commit transaction");
    assert_eq!(count("insert into \"hr\".\"scores\""), 3);
    assert_eq!(count("delete from \"hr\".\"scores\""), 1);
}

#[tokio::test]
async fn scores_that_are_refused_are_not_committed() {
    let (address, asked) = server(Script::Fails("The INSERT permission was denied.")).await;
    let address = Address::parse(&address).unwrap();
    let table = TableName::parse("scores").unwrap();
    let written = write_scores(&address, None, &table, &scores(1), &once()).await;
    let why = SourceError::Write("The INSERT permission was denied.".into());
    assert_eq!(written, Err(why));
    assert!(
        !asked
            .lock()
            .unwrap()
            .iter()
            .any(|text| text == "commit transaction")
    );
}
