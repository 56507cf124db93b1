//! Batches of the gateway and pages of REST, written as JSON.

use core::fmt::Write as _;

use fastrand::Rng;

use super::words;

/// Writer of JSON, with choices from a seed.
pub(super) struct Writer {
    rng: Rng,
    out: String,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            out: String::new(),
        }
    }

    /// Takes the text written so far.
    pub(super) fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.out).into_bytes()
    }

    /// Writes a batch and returns the number of its messages.
    pub(super) fn frame(&mut self) -> usize {
        let messages = match self.rng.u64(0..100) {
            0..70 => 1,
            70..86 => 2,
            86..94 => 3,
            94..98 => 5,
            _ => 10,
        };
        for index in 0..messages {
            self.out.push(if index == 0 { '[' } else { ',' });
            self.message();
        }
        self.out.push(']');
        messages
    }

    /// Writes a page with this number of messages in the envelope of REST.
    pub(super) fn page(&mut self, messages: usize) {
        self.out
            .push_str(r#"{"response":{"count":12345,"messages":["#);
        for index in 0..messages {
            if index > 0 {
                self.out.push(',');
            }
            match self.rng.u64(0..100) {
                0..70 => self.group_message(Variant::Plain),
                70..85 => self.direct_message(),
                85..93 => self.group_message(Variant::Notice),
                93..97 => self.group_message(Variant::Edited),
                _ => self.group_message(Variant::Deleted),
            }
        }
        self.out.push_str(r#"]},"meta":{"code":200}}"#);
    }

    fn message(&mut self) {
        match self.rng.u64(0..100) {
            0..4 => self.connect_reply(),
            kind => self.delivery(kind),
        }
    }

    fn connect_reply(&mut self) {
        let client = self.hex(31);
        let id = self.rng.u64(1..5000);
        let _ = write!(
            self.out,
            r#"{{"id":"{id}","clientId":"{client}","channel":"/meta/connect","successful":true,"advice":{{"reconnect":"retry","interval":0,"timeout":600000}}}}"#
        );
    }

    fn delivery(&mut self, kind: u64) {
        let (user, id) = (self.user(), self.rng.u64(1..1_000_000));
        let client = self.hex(31);
        let _ = write!(
            self.out,
            r#"{{"channel":"/user/{user}","clientId":"{client}","id":"{id}","data":"#
        );
        match kind {
            4..60 => self.push("line.create", |it| it.group_message(Variant::Plain)),
            60..72 => self.push("direct_message.create", Self::direct_message),
            72..76 => self.push("line.create", |it| it.group_message(Variant::Notice)),
            76..84 => self.push("favorite", Self::reaction),
            84..87 => self.push("message.update", |it| it.group_message(Variant::Edited)),
            87..89 => self.push("message.deleted", |it| it.group_message(Variant::Deleted)),
            89..91 => self.push("membership.create", Self::group),
            91..93 => self.push("hologram.create", |it| it.out.push_str(r#"{"volume":11}"#)),
            93..97 => {
                let user = self.user();
                let started = self.time() * 1000 + self.rng.u64(0..1000);
                let _ = write!(
                    self.out,
                    r#"{{"type":"typing","user_id":"{user}","started":{started}}}"#
                );
            }
            _ => self.out.push_str(r#"{"type":"ping"}"#),
        }
        self.out.push('}');
    }

    fn push(&mut self, kind: &str, subject: impl FnOnce(&mut Self)) {
        let _ = write!(self.out, r#"{{"type":"{kind}","alert":"#);
        let words = self.rng.u64(2..8);
        self.text(words);
        self.out.push_str(r#","subject":"#);
        subject(self);
        let at = self.time() * 1000;
        let _ = write!(self.out, r#","received_at":{at}}}"#);
    }

    fn group_message(&mut self, what: Variant) {
        self.out.push('{');
        let notice = matches!(what, Variant::Notice);
        if notice {
            self.out.push_str(r#""attachments":[]"#);
        } else {
            self.attachments();
        }
        let (created, group) = (self.time(), self.rng.u64(10_000_000..120_000_000));
        self.avatar();
        let _ = write!(self.out, r#","created_at":{created}"#);
        if matches!(what, Variant::Deleted) {
            let deleted = created + 60;
            let _ = write!(
                self.out,
                r#","deleted_at":{deleted},"deletion_actor":"sender""#
            );
        } else {
            self.optional("deleted_at", 0, "");
            self.optional("deletion_actor", 0, "");
        }
        if notice {
            let message = self.id(created);
            let user = self.user();
            let _ = write!(
                self.out,
                r#","event":{{"data":{{"message_id":"{message}","pinned":true,"pinned_at":{created},"pinned_by":"{user}"}},"type":"message.pinned"}}"#
            );
        }
        if self.chance(30) {
            self.favorited_by();
        }
        let id = self.id(created);
        let _ = write!(self.out, r#","group_id":"{group}","id":"{id}""#);
        self.location();
        self.name();
        let (parent, pinner) = (self.rng.u64(10_000_000..120_000_000), self.user());
        self.optional("parent_id", 10, &format!("\"{parent}\""));
        self.optional("picture_url", 0, "");
        self.optional("pinned_at", 8, &created.to_string());
        self.optional("pinned_by", 8, &format!("\"{pinner}\""));
        let user = if notice {
            "system".to_owned()
        } else {
            self.user().to_string()
        };
        let sender = if notice { "system" } else { "user" };
        let guid = self.hex(32);
        let _ = write!(
            self.out,
            r#","sender_id":"{user}","sender_type":"{sender}","source_guid":"{guid}","system":{notice}"#
        );
        self.message_text();
        if matches!(what, Variant::Edited) {
            let updated = created + 30;
            let _ = write!(self.out, r#","updated_at":{updated}"#);
        } else {
            self.optional("updated_at", 10, &created.to_string());
        }
        let _ = write!(self.out, r#","user_id":"{user}"}}"#);
    }

    fn direct_message(&mut self) {
        let (from, to, created) = (self.user(), self.user(), self.time());
        self.out.push('{');
        self.attachments();
        self.avatar();
        let id = self.id(created);
        let _ = write!(
            self.out,
            r#","chat_id":"{from}+{to}","created_at":{created},"favorited_by":[],"id":"{id}""#
        );
        self.location();
        self.name();
        let guid = self.hex(32);
        let _ = write!(
            self.out,
            r#","picture_url":null,"recipient_id":"{to}","sender_id":"{from}","sender_type":"user","source_guid":"{guid}""#
        );
        self.message_text();
        let _ = write!(self.out, r#","user_id":"{from}"}}"#);
    }

    fn reaction(&mut self) {
        self.out.push_str(r#"{"line":{"#);
        let (created, group, user) = (
            self.time(),
            self.rng.u64(10_000_000..120_000_000),
            self.user(),
        );
        self.attachments();
        self.avatar();
        let _ = write!(
            self.out,
            r#","created_at":{created},"favorited_at":{}"#,
            created + 9
        );
        self.favorited_by();
        let id = self.id(created);
        let _ = write!(self.out, r#","group_id":"{group}","id":"{id}""#);
        self.location();
        self.name();
        let guid = self.hex(32);
        let _ = write!(
            self.out,
            r#","picture_url":null,"source_guid":"{guid}","system":false"#
        );
        self.message_text();
        let _ = write!(
            self.out,
            r#","user_id":"{user}"}},"reactions":[{{"code":"❤️","type":"unicode","user_ids":["{}"]}}],"user_id":"{}"}}"#,
            self.rng.u64(1..99_999_999),
            self.rng.u64(1..99_999_999),
        );
    }

    fn group(&mut self) {
        let (id, creator, created) = (
            self.rng.u64(10_000_000..120_000_000),
            self.user(),
            self.time(),
        );
        let _ = write!(
            self.out,
            r#"{{"avatar_url":null,"created_at":{created},"creator_id":"{creator}","description":"#
        );
        self.text(6);
        let _ = write!(
            self.out,
            r#","disable_sharing":false,"id":"{id}","max_memberships":5000"#
        );
        self.name();
        let _ = write!(
            self.out,
            r#","phone_number":"+1 5555550100","preview_url":null,"share_url":"https://groupme.com/join_group/{id}/xxxxxxxx","shared":null,"theme_name":null,"thread_id":null,"type":"private","updated_at":{created}}}"#
        );
    }

    fn message_text(&mut self) {
        self.out.push_str(r#","text":"#);
        if self.chance(6) {
            self.out.push_str("null");
        } else {
            let words = match self.rng.u64(0..10) {
                0..6 => self.rng.u64(1..16),
                6..9 => self.rng.u64(12..45),
                _ => self.rng.u64(40..130),
            };
            self.text(words);
        }
    }

    /// Writes a text of `words` words, some of them accented, escaped, or emoji.
    fn text(&mut self, words: u64) {
        self.out.push('"');
        for index in 0..words {
            if index > 0 {
                self.out.push(' ');
            }
            let word = match self.rng.u64(0..100) {
                0..90 => self.pick(&words::WORDS),
                90..94 => self.pick(&words::ACCENTED),
                94..98 => self.pick(&words::EMOJI),
                _ => self.pick(&words::ESCAPED),
            };
            self.out.push_str(word);
        }
        self.out.push('"');
    }

    fn name(&mut self) {
        let name = self.pick(&words::NAMES);
        let _ = write!(self.out, r#","name":"{name}""#);
    }

    /// Writes a member with a value in `percent` of the cases; otherwise it is `null` or absent, as
    /// in payloads of other years.
    fn optional(&mut self, key: &str, percent: u64, value: &str) {
        let value = match self.rng.u64(0..100) {
            chance if chance < percent => value,
            chance if chance < 80 => "null",
            _ => return,
        };
        let _ = write!(self.out, r#","{key}":{value}"#);
    }

    fn avatar(&mut self) {
        if self.chance(15) {
            self.out.push_str(r#","avatar_url":null"#);
        } else {
            let picture = self.picture();
            let _ = write!(self.out, r#","avatar_url":"{picture}""#);
        }
    }

    fn location(&mut self) {
        if self.chance(15) {
            return;
        }
        self.out
            .push_str(r#","location":{"lat":"","lng":"","name":null}"#);
    }

    fn favorited_by(&mut self) {
        self.out.push_str(r#","favorited_by":["#);
        for index in 0..self.rng.u64(0..6) {
            let comma = if index > 0 { "," } else { "" };
            let user = self.user();
            let _ = write!(self.out, r#"{comma}"{user}""#);
        }
        self.out.push(']');
    }

    fn attachments(&mut self) {
        self.out.push_str(r#""attachments":["#);
        let attachments = match self.rng.u64(0..10) {
            0..5 => 0,
            5..8 => 1,
            8 => 2,
            _ => 3,
        };
        for index in 0..attachments {
            if index > 0 {
                self.out.push(',');
            }
            self.attachment();
        }
        self.out.push(']');
    }

    fn attachment(&mut self) {
        let (one, two) = (self.user(), self.user());
        let (picture, guid) = (self.picture(), self.hex(32));
        let created = self.time();
        let (reply, root) = (self.id(created), self.id(created));
        let (start, len) = (self.rng.u64(0..40), self.rng.u64(1..20));
        let _ = match self.rng.u64(0..14) {
            0..4 => write!(self.out, r#"{{"type":"image","url":"{picture}"}}"#),
            4..6 => write!(
                self.out,
                r#"{{"loci":[[{start},{len}],[{len},3]],"type":"mentions","user_ids":["{one}","{two}"]}}"#
            ),
            6..9 => write!(
                self.out,
                r#"{{"base_reply_id":"{root}","reply_id":"{reply}","type":"reply","user_id":"{one}"}}"#
            ),
            9..11 => write!(
                self.out,
                r#"{{"charmap":[[1,{start}],[1,{len}]],"placeholder":"�","type":"emoji"}}"#
            ),
            11 => write!(
                self.out,
                r#"{{"preview_url":"{picture}","type":"video","url":"{picture}.mp4"}}"#
            ),
            12 => write!(
                self.out,
                r#"{{"lat":"{start}.{one}","lng":"-{len}.{two}","name":"Park","type":"location"}}"#
            ),
            _ => write!(self.out, r#"{{"file_id":"{guid}","type":"file"}}"#),
        };
    }

    fn picture(&mut self) -> String {
        let (width, height) = (self.rng.u64(100..4000), self.rng.u64(100..4000));
        let hash = self.hex(32);
        format!("https://i.groupme.com/{width}x{height}.jpeg.{hash}")
    }

    /// Returns true in `percent` of the cases.
    fn chance(&mut self, percent: u64) -> bool {
        self.rng.u64(..100) < percent
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        self.rng.choice(from).copied().unwrap_or_default()
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = format!("{:016x}{:016x}", self.rng.u64(..), self.rng.u64(..));
        text.truncate(digits);
        text
    }

    fn user(&mut self) -> u64 {
        self.rng.u64(1_000_000..99_999_999)
    }

    /// Returns a time in seconds since the Unix epoch.
    fn time(&mut self) -> u64 {
        self.rng.u64(1_500_000_000..1_760_000_000)
    }

    /// Returns a message id: the second in which the message was sent, and eight more digits.
    fn id(&mut self, created: u64) -> String {
        format!("{created}{:08}", self.rng.u64(0..100_000_000))
    }
}

/// Variant of a group message.
#[derive(Clone, Copy)]
enum Variant {
    Plain,
    Notice,
    Edited,
    Deleted,
}
