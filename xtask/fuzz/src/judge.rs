//! What has to hold of every frame, whatever was done to it.

use bayeux_wire::{DecodeError, Decoder, Frame, Kind, Value};
use groupme_model::{Event, EventRef};
use serde_json::Value as Json;

use crate::mended::mended;

/// Reads frames, and counts.
#[derive(Default)]
pub(crate) struct Judge {
    decoder: Decoder,
    frame: Frame,
    received: Frame,
    accepted: u64,
    rejected: u64,
    typed: u64,
    unknown: u64,
}

impl Judge {
    /// Reads a frame in both ways; an error says how they differ.
    pub(crate) fn judge(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.frame.clear();
        self.frame.extend_from_slice(bytes);
        let ours = self.decoder.decode_value(&mut self.frame);
        let mut mended = mended(bytes);
        let theirs = serde_json::from_slice::<Json>(&mended);
        // It rewrites what it reads.
        let third = simd_json::to_tape(&mut mended);
        if theirs.is_ok() != third.is_ok() {
            return Err(format!("{:?}, but {:?}", theirs.err(), third.err()));
        }
        match (ours, theirs) {
            (Ok(()), Ok(json)) => {
                self.accepted += 1;
                let root = self.frame.root().ok_or("a document without a root")?;
                if !agrees(root, &json) {
                    return Err(format!("read as {root}"));
                }
                let (one, other) = bytes.split_at(bytes.len() / 2);
                self.judge_received(&[one, other], &json)?;
                self.judge_received(&[bytes], &json)
            }
            (Err(DecodeError::TooDeep { .. }), Ok(json)) if depth(&json) > 64 => Ok(()),
            (Err(error), Err(_)) => {
                self.rejected += 1;
                self.judge_place(&error, bytes)
            }
            (ours, theirs) => Err(format!("{ours:?} here, {:?} there", theirs.err())),
        }
    }

    /// Compares what a frame is when it is received in one piece or in several.
    fn judge_received(&mut self, pieces: &[&[u8]], json: &Json) -> Result<(), String> {
        let outcome = self.decoder.receive(&mut self.received, pieces);
        if outcome.is_err() {
            return if json.is_object() || json.is_array() {
                Err(format!("refused when received in {} pieces", pieces.len()))
            } else {
                Ok(())
            };
        }
        if self.received.root() != self.frame.root() {
            return Err(format!("read otherwise in {} pieces", pieces.len()));
        }
        self.judge_messages(json)
    }

    /// Up to the place that an error names there must be nothing wrong but the end. Whether bytes
    /// are text is asked before anything else, so what comes before such a place may be wrong, too.
    fn judge_place(&mut self, error: &DecodeError, bytes: &[u8]) -> Result<(), String> {
        let &DecodeError::Syntax { offset, .. } = error else {
            return Ok(());
        };
        let before = bytes.get(..offset).ok_or("a place behind the end")?;
        if core::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == offset) {
            return Ok(());
        }
        self.frame.extend_from_slice(before);
        match self.decoder.decode_value(&mut self.frame) {
            Ok(()) | Err(DecodeError::Empty) => Ok(()),
            Err(DecodeError::Syntax { offset: end, what })
                if end == offset || what == "an unclosed string" =>
            {
                Ok(())
            }
            Err(earlier) => Err(format!("{error}, but before that {earlier}")),
        }
    }

    /// Compares the events of a frame; no message may be lost for the sake of another.
    fn judge_messages(&mut self, json: &Json) -> Result<(), String> {
        let batch = match json {
            Json::Array(items) => &items[..],
            one => core::slice::from_ref(one),
        };
        let mut expected = batch.iter().filter(|item| item.is_object());
        for message in self.received.messages() {
            let json = expected.next().ok_or("a message too many")?;
            let envelope = message.envelope();
            if envelope.channel != json["channel"].as_str().unwrap_or("") {
                return Err(format!("the channel is {}", envelope.channel));
            }
            let data = json.as_object().and_then(|message| message.get("data"));
            if envelope.has_data != data.is_some() {
                return Err(format!("data: {}", envelope.has_data));
            }
            if let Some((value, data)) = message.data().zip(data) {
                let typed = judge_event(value, data)?;
                self.typed += u64::from(typed);
                self.unknown += u64::from(!typed);
            }
        }
        expected
            .next()
            .map_or(Ok(()), |lost| Err(format!("{lost} is lost")))
    }

    /// What to say in the end; an error if so little was accepted or rejected that nothing was
    /// tested.
    pub(crate) fn verdict(&self, cases: u64, seed: u64) -> Result<String, String> {
        let Self {
            accepted,
            rejected,
            typed,
            unknown,
            ..
        } = self;
        let summary = format!(
            "{cases} cases of seed {seed}: {accepted} accepted and {rejected} rejected by both, \
             {typed} typed events and {unknown} others, no difference"
        );
        let enough = |count: &u64| *count > cases / 50;
        if [accepted, rejected, typed, unknown].into_iter().all(enough) {
            Ok(summary)
        } else {
            Err(format!("this tests nothing: {summary}"))
        }
    }
}

/// Compares what is made of a payload; answers whether it is typed.
fn judge_event(value: Value<'_>, json: &Json) -> Result<bool, String> {
    let view = EventRef::from_value(value);
    let twin = view.into_owned();
    if view != twin {
        return Err(format!("the view {view:?} is not its twin {twin:?}"));
    }
    let parsed: Event = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    if parsed != twin {
        return Err(format!("serde makes {parsed:?}, the view {twin:?}"));
    }
    let written = serde_json::to_string(&twin).map_err(|error| error.to_string())?;
    let again: Event = serde_json::from_str(&written).map_err(|error| error.to_string())?;
    if again != twin {
        return Err(format!("{twin:?} is written as {written}"));
    }
    // Nothing to compare with: they must not panic, and a part that is not typed must be told.
    let (problems, unknown) = (view.problems(), view.unknown_fields());
    if view.is_typed() != twin.is_typed() || view.kind() != twin.kind() {
        return Err(format!("{problems:?}, {unknown:?}"));
    }
    Ok(view.is_typed())
}

/// Whether `value` says what `json` says. `-0` is an integer here and a float there, and repeated
/// members are all kept here.
fn agrees(value: Value<'_>, json: &Json) -> bool {
    match (value.kind(), json) {
        (Kind::Null, Json::Null) => true,
        (Kind::Bool(a), Json::Bool(b)) => a == *b,
        (Kind::Int(0), Json::Number(b)) => b.as_f64() == Some(0.0),
        (Kind::Int(a), Json::Number(b)) => b.as_i64() == Some(a),
        (Kind::Uint(a), Json::Number(b)) => b.as_i64().is_none() && b.as_u64() == Some(a),
        (Kind::Float(a), Json::Number(b)) => {
            b.is_f64() && b.as_f64().map(f64::to_bits) == Some(a.to_bits())
        }
        (Kind::Str(a), Json::String(b)) => a == b,
        (Kind::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.zip(b).all(|(a, b)| agrees(a, b))
        }
        (Kind::Object(mut a), Json::Object(b)) => {
            a.len() >= b.len()
                && a.all(|(key, _)| b.contains_key(key))
                && b.iter()
                    .all(|(key, b)| value.get(key).is_some_and(|a| agrees(a, b)))
        }
        _ => false,
    }
}

/// How deep `json` is nested; a scalar is 0.
fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
