//! Corpus of messages: the recorded payloads of the model's tests, and unrecorded ones.

use std::{fs, path::Path};

use fastrand::Rng;
use serde_json::{Value as Json, json};

/// Minified messages.
pub(crate) struct Corpus(Vec<String>);

/// Function from a payload to a push that contains it.
type Wrap = fn(&Json) -> Json;

impl Corpus {
    /// Reads the fixtures of the model.
    pub(crate) fn read() -> Result<Self, String> {
        let fixtures =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/groupme-model/tests/fixtures");
        let mut messages = vec![
            json!({"channel": "/meta/connect", "id": "4", "successful": true,
                "advice": {"reconnect": "retry", "interval": 0, "timeout": 600_000}}),
        ];
        let wraps: [(&str, Wrap); 4] = [
            ("push", Json::clone),
            ("message", |message| push("line.create", message)),
            ("attachment", |attachment| {
                let subject =
                    json!({"id": "1", "text": "\u{fffd} hi", "attachments": [attachment]});
                push("direct_message.create", &subject)
            }),
            ("event", |event| {
                push(
                    "line.create",
                    &json!({"id": 7, "system": true, "event": event}),
                )
            }),
        ];
        for (family, wrap) in wraps {
            for payload in payloads(&fixtures.join(family))? {
                messages.push(json!({"channel": "/user/185", "id": "b", "data": wrap(&payload)}));
            }
        }
        for unrecorded in UNRECORDED {
            let data: Json = serde_json::from_str(unrecorded).map_err(|error| error.to_string())?;
            messages.push(json!({"channel": "/group/5", "data": data}));
        }
        Ok(Self(messages.iter().map(Json::to_string).collect()))
    }

    /// Creates a frame of one to three messages.
    pub(crate) fn frame(&self, rng: &mut Rng) -> Vec<u8> {
        let count = 1 + rng.usize(..6) / 4 + rng.usize(..6) / 5;
        let messages: Vec<&str> = (0..count)
            .map(|_| self.0[rng.usize(..self.0.len())].as_str())
            .collect();
        format!("[{}]", messages.join(",")).into_bytes()
    }
}

fn push(kind: &str, subject: &Json) -> Json {
    json!({"type": kind, "alert": "", "subject": subject, "received_at": 1_751_412_575_000_u64})
}

/// Reads the payloads in a directory, in the order of their names.
fn payloads(folder: &Path) -> Result<Vec<Json>, String> {
    let in_folder = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(in_folder)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(in_folder)?;
    paths.sort();
    let recorded = |path: &&std::path::PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".owned.json")
    };
    paths
        .iter()
        .filter(recorded)
        .map(|path| {
            let text = fs::read_to_string(path).map_err(in_folder)?;
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
        })
        .collect()
}

/// Pushes without a recording.
const UNRECORDED: &[&str] = &[
    r#"{"ping":true}"#,
    r#"{"type":"like.create","subject":{"direct_message":{"id":5,"chat_id":"1+2","sender_id":7},
        "user_id":18446744073709551615,"reactions":[{"type":"emoji","pack_id":"1","pack_index":2,
        "user_ids":[1,"2",null]}],"user_reaction":{"type":"unicode","code":"❤️"}}}"#,
    r#"{"type":"like.delete","subject":{"line":{"id":"5","favorited_by":[]},"reactions":[]}}"#,
    r#"{"type":"read_receipt.create","subject":{"id":"","chat_id":"1+2","message_id":175141,
        "user_id":1,"read_at":"2025-07-01T23:40:22.8912Z"}}"#,
    r#"{"type":"subscribe","subject":null,"alert":null,"received_at":"soon"}"#,
    r#"{"type":"group.teleported","subject":{"id":1,"to":[64.5,-21.5e0],"n":-0.0}}"#,
    r#"{"type":"line.create","subject":{"id":-1,"sender_type":"robot","created_at":253402300800,
        "deleted_at":"2025-07-01T23:40:22Z","location":{"lat":64.14,"lng":"-21.9","name":null},
        "text":"@everyone \ud83d\ude00","attachments":[{"type":"mentions","user_ids":["-1",7],
        "loci":[[0,9],[3,99999]]},{"type":"hologram"},null,{"url":"https://i.groupme.com/1"}]}}"#,
];
