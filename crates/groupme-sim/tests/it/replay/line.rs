//! Lines of a recording that concern a server.

use serde_json::Value;

/// Event on a connection.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Time in ms.
    pub(super) at: u64,
    pub(super) conn: u64,
    pub(super) what: EntryKind,
}

#[derive(Clone, Debug)]
pub(super) enum EntryKind {
    /// Mark of the recording.
    Mark(String),
    /// Upgrade request.
    Upgrade,
    /// POST that a server without HTTP can read.
    Post {
        body: String,
        cookie: Option<String>,
    },
    /// Other request: JSON-P, a form, a wrong method, an event stream.
    OtherRequest,
    /// Response.
    Response {
        status: u16,
        body: String,
        cookie: Option<String>,
    },
    /// Text frame of the client.
    Received(String),
    /// Text frame of the server.
    Sent(String),
    /// Close frame of the server.
    ClosedByServer(u16),
    /// Close frame of the client, or end of the connection.
    ClosedByClient,
    /// Bytes that the recorder could not read as frames.
    Garbled,
}

/// Parses a recording.
pub(super) fn read(jsonl: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut fragments = String::new();
    for json in jsonl.lines() {
        let json: Value = serde_json::from_str(json).unwrap();
        let at = json["t"].as_u64().unwrap();
        let conn = json["conn"].as_u64().unwrap_or(0);
        let from_client = json["dir"] == ">";
        let what = if let Some(mark) = json["mark"].as_str() {
            Some(EntryKind::Mark(mark.to_owned()))
        } else if let Some(http) = json["http"].as_str() {
            if from_client {
                request(http)
            } else {
                response(http)
            }
        } else if json.get("ws").is_some() {
            frame(&json["ws"], from_client, &mut fragments)
        } else {
            (json["ev"] == "fin>").then_some(EntryKind::ClosedByClient)
        };
        lines.extend(what.map(|what| Line { at, conn, what }));
    }
    lines
}

fn request(http: &str) -> Option<EntryKind> {
    let (head, body) = http.split_once("\r\n\r\n")?;
    let is_form = head.contains("application/x-www-form-urlencoded");
    Some(if head.contains("Sec-WebSocket-Key") {
        EntryKind::Upgrade
    } else if head.starts_with("POST ") && !is_form {
        EntryKind::Post {
            body: body.to_owned(),
            cookie: cookie(head, "Cookie: "),
        }
    } else {
        EntryKind::OtherRequest
    })
}

fn response(http: &str) -> Option<EntryKind> {
    let Some((head, body)) = http.split_once("\r\n\r\n") else {
        return Some(EntryKind::Garbled);
    };
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    if status == 101 {
        return None;
    }
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
        unchunked(body)
    } else {
        body.to_owned()
    };
    let cookie = cookie(head, "Set-Cookie: ");
    Some(EntryKind::Response {
        status,
        body,
        cookie,
    })
}

fn cookie(head: &str, header: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!("{header}BAYEUX_BROWSER="))?;
    rest.split([';', '\r']).next().map(str::to_owned)
}

fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, chunks)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        let Some(chunk) = chunks.get(..size).filter(|_| size > 0) else {
            break;
        };
        body.push_str(chunk);
        rest = chunks[size..].trim_start_matches("\r\n");
    }
    body
}

fn frame(ws: &Value, from_client: bool, fragments: &mut String) -> Option<EntryKind> {
    let text = ws["text"].as_str();
    let is_readable = ws.get("rsv1").is_none();
    match (ws["op"].as_str()?, from_client) {
        ("ping" | "pong", _) if ws["fin"] == 1 => None,
        ("close", true) => Some(EntryKind::ClosedByClient),
        ("close", false) => {
            let code = ws["close"]["code"].as_u64().unwrap_or(1005);
            Some(EntryKind::ClosedByServer(u16::try_from(code).unwrap()))
        }
        ("text" | "cont", true) if is_readable => {
            fragments.push_str(text?);
            (ws["fin"] == 1).then(|| EntryKind::Received(core::mem::take(fragments)))
        }
        ("text", false) if ws["fin"] == 1 && is_readable => Some(EntryKind::Sent(text?.to_owned())),
        ("binary", true) => Some(EntryKind::Received(unbase64(ws["b64"].as_str()?))),
        _ => Some(EntryKind::Garbled),
    }
}

fn unbase64(text: &str) -> String {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.chars().filter_map(|digit| DIGITS.find(digit)) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}
