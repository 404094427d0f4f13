//! A mail server and an HTTP server, as receivers of messages: they keep what they get, and answer
//! as they are told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A message that the mail server has taken.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Header and body, unfolded and decoded as far as the tests need it.
    pub head: String,
    pub body: String,
    /// What followed `AUTH PLAIN`.
    pub credentials: String,
}

impl Mail {
    pub fn subject(&self) -> String {
        let line = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("Subject: "));
        line.unwrap_or_default().to_owned()
    }
}

/// What the mail server says to the receiver of a message instead of taking it.
type Refusals = Arc<Mutex<VecDeque<&'static str>>>;

#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    refusals: Refusals,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = Self {
            port: listener.local_addr().unwrap().port(),
            mails: Arc::default(),
            refusals: Arc::default(),
        };
        let server = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.speak(stream).await });
            }
        });
        own
    }

    /// The next messages are answered so.
    pub fn refuse(&self, answers: &[&'static str]) {
        self.refusals.lock().unwrap().extend(answers);
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// RFC 5321, as far as a client needs it.
    async fn speak(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.test ESMTP\r\n").await?;
        let mut mail = Mail::default();
        while let Some(line) = lines.next_line().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let answer = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => "250-mail.test\r\n250 AUTH PLAIN".to_owned(),
                "AUTH" => {
                    mail.credentials = rest.trim_start_matches("PLAIN ").to_owned();
                    "235 ok".to_owned()
                }
                "MAIL" => {
                    mail.from = rest.to_owned();
                    "250 ok".to_owned()
                }
                "RCPT" => match self.refusals.lock().unwrap().pop_front() {
                    Some(refusal) => refusal.to_owned(),
                    None => {
                        mail.to.push(rest.trim_start_matches("TO:").to_owned());
                        "250 ok".to_owned()
                    }
                },
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut text = Vec::new();
                    while let Some(line) = lines.next_line().await? {
                        if line == "." {
                            break;
                        }
                        text.push(line.strip_prefix('.').unwrap_or(&line).to_owned());
                    }
                    let text = text.join("\n").replace("\n ", " ");
                    let (head, body) = text.split_once("\n\n").unwrap();
                    (mail.head, mail.body) = (head.to_owned(), body.replace("=\n", ""));
                    self.mails.lock().unwrap().push(std::mem::take(&mut mail));
                    "250 taken".to_owned()
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    break;
                }
                _ => "250 ok".to_owned(),
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }
}

/// A request that the HTTP server has got.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Got {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// How the HTTP server answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    /// With the header `Retry-After`.
    Later(u16, u32),
    Redirect(String),
    Never,
}

#[derive(Clone)]
pub struct HttpServer {
    pub address: String,
    got: Arc<Mutex<Vec<Got>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

impl HttpServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            got: Arc::default(),
            replies: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(own.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        own
    }

    /// The next requests are answered so; those after them by 200.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Those to a path.
    pub fn got_at(&self, path: &str) -> Vec<Got> {
        self.got()
            .into_iter()
            .filter(|got| got.path == path)
            .collect()
    }
}

async fn answer(
    State(server): State<HttpServer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    server.got.lock().unwrap().push(Got {
        method,
        path: uri.path().to_owned(),
        headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    });
    let reply = server.replies.lock().unwrap().pop_front();
    let status = |code: u16| StatusCode::from_u16(code).unwrap();
    match reply {
        None => (StatusCode::OK, r#"{"number":7}"#).into_response(),
        Some(Reply::Status(code)) => status(code).into_response(),
        Some(Reply::Later(code, seconds)) => {
            (status(code), [("retry-after", seconds.to_string())]).into_response()
        }
        Some(Reply::Redirect(to)) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Some(Reply::Never) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
    }
}
