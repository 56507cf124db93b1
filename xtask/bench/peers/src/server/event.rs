//! Prepared text of a `line.create`, in which three numbers change from message to message.

use serde_json::json;

/// A message to a group as the gateway pushes it, without its channel.
#[derive(Debug)]
pub(super) struct Template {
    text: Vec<u8>,
    /// Place of the message itself, as the REST API lists it.
    subject: core::ops::Range<usize>,
    id: usize,
    guid: usize,
    created_at: usize,
    received_at: usize,
}

/// The changing numbers, each with a fixed number of digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    /// Id, of 18 digits: the time in units of 10 ns.
    pub(super) id: u64,
    /// Time of sending, of 16 digits: microseconds since 1970.
    pub(super) received_at: u64,
}

impl Template {
    /// Prepares the message with number `n`, which goes to the group with this number modulo
    /// `groups`.
    pub(super) fn new(n: u64, groups: u64) -> Self {
        let text = pick(&TEXTS, n);
        let name = pick(&NAMES, n / 8);
        let user = (93_645_912 + n % 32).to_string();
        let subject = json!({
            "attachments": [],
            "avatar_url": "https://i.groupme.com/200x200.jpeg.94e0ac5891aa4e6f8ad4bbf961defe4d",
            "created_at": CREATED_AT,
            "deleted_at": null,
            "deletion_actor": null,
            "favorited_by": [],
            "group_id": group_id(n % groups),
            "id": ID,
            "location": { "lat": "", "lng": "", "name": null },
            "name": name,
            "parent_id": null,
            "picture_url": null,
            "pinned_at": null,
            "pinned_by": null,
            "sender_id": user,
            "sender_type": "user",
            "source_guid": format!("155641929db15490{GUID}"),
            "system": false,
            "text": text,
            "updated_at": null,
            "user_id": user,
        })
        .to_string();
        let start = "{\"type\":\"line.create\",\"alert\":";
        let alert = json!(format!("{name}: {text}")).to_string();
        let before = format!("{start}{alert},\"subject\":");
        let data = format!("{before}{subject},\"received_at\":{RECEIVED_AT}}}");
        let find = |part: &str| data.find(part).unwrap_or_default();
        Self {
            subject: before.len()..before.len() + subject.len(),
            id: find(ID),
            guid: find(GUID),
            created_at: find(&CREATED_AT.to_string()),
            received_at: find(RECEIVED_AT),
            text: data.into_bytes(),
        }
    }

    /// Appends the payload of the push.
    pub(super) fn write(&self, out: &mut Vec<u8>, numbers: Numbers) {
        let at = out.len();
        out.extend_from_slice(&self.text);
        let mut set = |place: usize, digits: usize, mut number: u64| {
            for place in (at + place..at + place + digits).rev() {
                out[place] = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        };
        set(self.id, ID.len(), numbers.id);
        set(self.guid, GUID.len(), numbers.id);
        set(self.created_at, 10, numbers.id / 100_000_000);
        set(self.received_at, RECEIVED_AT.len(), numbers.received_at);
    }

    /// Returns the message as the REST API lists it.
    pub(super) fn row(&self, numbers: Numbers) -> String {
        let mut out = Vec::new();
        self.write(&mut out, numbers);
        String::from_utf8_lossy(&out[self.subject.clone()]).into_owned()
    }
}

/// Returns the id of a group.
pub(super) fn group_id(number: u64) -> String {
    (FIRST_GROUP + number).to_string()
}

/// Returns the number of a group.
pub(super) fn group_number(id: &str) -> Option<u64> {
    id.parse::<u64>().ok()?.checked_sub(FIRST_GROUP)
}

fn pick<'t>(texts: &[&'t str], n: u64) -> &'t str {
    let at = usize::try_from(n).unwrap_or_default() % texts.len();
    texts[at]
}

const FIRST_GROUP: u64 = 108_466_446;
/// Places of the numbers.
const ID: &str = "111111111111111111";
const GUID: &str = "2222222222222222";
const CREATED_AT: u64 = 4_444_444_444;
const RECEIVED_AT: &str = "3333333333333333";

const TEXTS: [&str; 8] = [
    "hi",
    "is anybody bringing a speaker tonight or should I take the one from the office?",
    "lol \"exactly\" what I said\nsecond line",
    "ok see you at 7 😀👍",
    "The bus leaves from the north gate at 6:45 sharp, please be there ten minutes early, because \
     last time two people were left behind and waited an hour in the rain for the next one.",
    "https://example.com/some/long/path?with=query&and=more#fragment",
    "¿Quién trae los tacos? — yo no puedo esta vez, lo siento mucho 🌮",
    "yep",
];
const NAMES: [&str; 4] = ["Isaac", "Sprocket", "Ana María", "Bob \"Bobby\" T."];
