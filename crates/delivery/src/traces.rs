//! Traces to a collector, in OpenTelemetry's protocol over HTTP with JSON (OTLP 1.x). The collector
//! is named by who runs the server, so that it may be a private address.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::{Error, Result};

/// Spans that wait; more are left out, and counted.
const QUEUE: usize = 4096;
/// Spans of a message, at most.
const PART: usize = 512;
/// How long spans wait for others.
const PAUSE: Duration = Duration::from_secs(2);
const TIME: Duration = Duration::from_secs(5);

/// A request that was answered. It names nobody: the route, not the address.
#[derive(Debug, Clone)]
pub struct Span {
    /// Of the trace, which may have begun elsewhere.
    pub trace_id: [u8; 16],
    /// Of this span.
    pub span_id: [u8; 8],
    /// The span of the caller.
    pub parent: Option<[u8; 8]>,
    /// Method and route.
    pub name: String,
    /// Unix nanoseconds.
    pub start: u64,
    /// Unix nanoseconds.
    pub end: u64,
    /// Key and text, by the semantic conventions.
    pub attributes: Vec<(&'static str, String)>,
    /// The status of the answer.
    pub status: u16,
}

enum Item {
    Span(Box<Span>),
    Flush(oneshot::Sender<()>),
}

/// Sends spans in the background.
#[derive(Debug, Clone)]
pub struct TraceExporter {
    sender: mpsc::Sender<Item>,
    dropped: Arc<AtomicU64>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Span {
    fn json(&self) -> Value {
        let attributes: Vec<Value> = self
            .attributes
            .iter()
            .map(|(key, text)| json!({ "key": key, "value": { "stringValue": text } }))
            .chain([json!({ "key": "http.response.status_code", "value": { "intValue": self.status.to_string() } })])
            .collect();
        json!({
            "traceId": hex(&self.trace_id),
            "spanId": hex(&self.span_id),
            "parentSpanId": self.parent.map(|id| hex(&id)).unwrap_or_default(),
            "name": self.name,
            // A server.
            "kind": 2,
            "startTimeUnixNano": self.start.to_string(),
            "endTimeUnixNano": self.end.to_string(),
            "attributes": attributes,
            "status": if self.status >= 500 { json!({ "code": 2 }) } else { json!({}) },
        })
    }
}

impl TraceExporter {
    /// Begins to send to `address`, with headers as `name=value,…`. Needs a runtime.
    ///
    /// # Errors
    /// [`Error::Refused`] for an address or headers that are none.
    pub fn start(address: &str, headers: &str, service: &str) -> Result<Self> {
        let url: Url = address
            .parse()
            .map_err(|_| Error::refused("The address of the trace collector is not valid."))?;
        if !matches!(url.scheme(), "http" | "https") {
            let message = "The address of the trace collector must begin with http:// or https://.";
            return Err(Error::refused(message));
        }
        let mut all = HeaderMap::new();
        for pair in headers
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let wrong = || Error::refused("The headers for the trace collector are not valid.");
            let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
            let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
            let mut value = HeaderValue::from_str(value.trim()).map_err(|_| wrong())?;
            value.set_sensitive(true);
            all.insert(name, value);
        }
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let client = Client::builder()
            .timeout(TIME)
            .default_headers(all)
            .build()
            .map_err(|_| Error::temporary("TLS could not be set up."))?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let own = Sending {
            client,
            url,
            service: service.to_owned(),
            dropped: Arc::clone(&dropped),
        };
        tokio::spawn(own.run(receiver));
        Ok(Self { sender, dropped })
    }

    /// Sends a span; when too many wait, or the collector does not take them, it is left out.
    pub fn send(&self, span: Span) {
        if self.sender.try_send(Item::Span(Box::new(span))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Spans that were left out.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Sends what waits.
    pub async fn flush(&self) {
        let (sender, done) = oneshot::channel();
        if self.sender.send(Item::Flush(sender)).await.is_ok() {
            // An error means that the sending has ended.
            _ = tokio::time::timeout(TIME, done).await;
        }
    }
}

struct Sending {
    client: Client,
    url: Url,
    service: String,
    dropped: Arc<AtomicU64>,
}

impl Sending {
    async fn run(self, mut receiver: mpsc::Receiver<Item>) {
        while let Some(first) = receiver.recv().await {
            let (mut spans, mut waiting) = (Vec::new(), Vec::new());
            let mut take = |item| match item {
                Item::Span(span) => {
                    spans.push(span.json());
                    spans.len() >= PART
                }
                Item::Flush(sender) => {
                    waiting.push(sender);
                    true
                }
            };
            let mut full = take(first);
            let pause = tokio::time::sleep(PAUSE);
            tokio::pin!(pause);
            while !full {
                tokio::select! {
                    item = receiver.recv() => match item {
                        Some(item) => full = take(item),
                        None => break,
                    },
                    () = &mut pause => break,
                }
            }
            if !spans.is_empty() {
                self.post(spans).await;
            }
            // Who does not wait any more needs no answer.
            waiting.into_iter().for_each(|sender| _ = sender.send(()));
        }
    }

    async fn post(&self, spans: Vec<Value>) {
        let count = spans.len() as u64;
        let body = json!({ "resourceSpans": [{
            "resource": { "attributes": [
                { "key": "service.name", "value": { "stringValue": self.service } },
                { "key": "service.version", "value": { "stringValue": env!("CARGO_PKG_VERSION") } },
            ] },
            "scopeSpans": [{ "scope": { "name": "tenure" }, "spans": spans }],
        }] });
        let sent = self
            .client
            .post(self.url.clone())
            .body(body.to_string())
            .send()
            .await;
        if !sent.is_ok_and(|answer| answer.status().is_success()) {
            self.dropped.fetch_add(count, Ordering::Relaxed);
        }
    }
}
