//! Properties that hold for every frame, mutated or not.

use bayeux_wire::{DecodeError, Decoder, Frame, Kind, Unreadable, Value};
use groupme_model::{Event, EventRef};
use serde::{Deserialize as _, de::IgnoredAny};
use serde_json::Value as Json;

use crate::repair::repair_surrogates;

/// Checks frames against other readers and counts the outcomes.
#[derive(Default)]
pub(crate) struct Oracle {
    decoder: Decoder,
    frame: Frame,
    received: Frame,
    accepted: u64,
    rejected: u64,
    typed: u64,
    unknown: u64,
}

impl Oracle {
    /// Reads a frame with all readers. The error describes the first difference.
    pub(crate) fn check(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.frame.clear();
        self.frame.extend_from_slice(bytes);
        let ours = self.decoder.decode_value(&mut self.frame);
        let mut repaired = repair_surrogates(bytes);
        let theirs = serde_json::from_slice::<Json>(&repaired);
        let is_out_of_range = theirs.is_err() && is_out_of_range(&repaired);
        let mut text = repaired.clone();
        // Overwritten by simd-json, like `repaired` below.
        let tape = simd_json::to_tape(&mut repaired);
        if theirs.is_ok() != tape.is_ok() && !is_out_of_range {
            return Err(format!(
                "serde_json: {:?}, simd-json: {:?}",
                theirs.err(),
                tape.err()
            ));
        }
        match (ours, theirs) {
            (Ok(()), Ok(json)) => {
                self.accepted += 1;
                let root = self.frame.root().ok_or("a document without a root")?;
                if !agrees(root, &json) {
                    return Err(format!("the values differ: {root}"));
                }
                if !root.has_unreadable() {
                    check_trees(root, &json, &mut text)?;
                }
                let (one, other) = bytes.split_at(bytes.len() / 2);
                self.check_received(&[one, other], &json)?;
                self.check_received(&[bytes], &json)
            }
            (Ok(()), Err(_)) if is_out_of_range => {
                self.accepted += 1;
                let root = self.frame.root().ok_or("a document without a root")?;
                if !root.has_unreadable() {
                    return Err(format!("nothing in it is unreadable: {root}"));
                }
                Ok(())
            }
            (Err(error), Err(_)) => {
                self.rejected += 1;
                self.check_error_offset(&error, bytes)
            }
            (ours, theirs) => Err(format!(
                "bayeux-wire: {ours:?}, serde_json: {:?}",
                theirs.err()
            )),
        }
    }

    /// Compares a frame received in one piece or in several with the frame decoded at once.
    fn check_received(&mut self, pieces: &[&[u8]], json: &Json) -> Result<(), String> {
        let outcome = self.decoder.receive(&mut self.received, pieces);
        if outcome.is_err() {
            return if json.is_object() || json.is_array() {
                Err(format!("refused when received in {} pieces", pieces.len()))
            } else {
                Ok(())
            };
        }
        if self.received.root() != self.frame.root() {
            return Err(format!(
                "the values differ when received in {} pieces",
                pieces.len()
            ));
        }
        self.check_messages(json)
    }

    /// Checks the offset of a syntax error: the bytes before it must be valid but for their end.
    ///
    /// UTF-8 is validated before the grammar, so the bytes before invalid UTF-8 may have a syntax
    /// error as well.
    fn check_error_offset(&mut self, error: &DecodeError, bytes: &[u8]) -> Result<(), String> {
        let &DecodeError::Syntax { offset, .. } = error else {
            return Ok(());
        };
        let before = bytes.get(..offset).ok_or("an offset beyond the end")?;
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
            Err(earlier) => Err(format!("{error}, but earlier {earlier}")),
        }
    }

    /// Compares the messages of a frame with those of `serde_json`; none may be lost.
    fn check_messages(&mut self, json: &Json) -> Result<(), String> {
        let batch = match json {
            Json::Array(items) => &items[..],
            one => core::slice::from_ref(one),
        };
        let mut expected = batch.iter().filter(|item| item.is_object());
        for message in self.received.messages() {
            let json = expected.next().ok_or("an extra message")?;
            let envelope = message.envelope();
            if envelope.channel != json["channel"].as_str().unwrap_or("") {
                return Err(format!("the channel is {}", envelope.channel));
            }
            let data = json.as_object().and_then(|message| message.get("data"));
            if envelope.has_data != data.is_some() {
                return Err(format!("data: {}", envelope.has_data));
            }
            if let Some((value, data)) = message.data().zip(data) {
                let typed = check_event(value, data)?;
                self.typed += u64::from(typed);
                self.unknown += u64::from(!typed);
            }
        }
        expected
            .next()
            .map_or(Ok(()), |lost| Err(format!("{lost} is lost")))
    }

    /// Returns a summary of the run. An error if any outcome was too rare for a meaningful test.
    pub(crate) fn summary(&self, cases: u64, seed: u64) -> Result<String, String> {
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
            Err(format!("too few cases of some outcome: {summary}"))
        }
    }
}

/// Compares the trees of other crates, made of a value, with those that they parse themselves.
fn check_trees(value: Value<'_>, json: &Json, text: &mut [u8]) -> Result<(), String> {
    let tree = Json::from(value);
    let deserialized = Json::deserialize(value).map_err(|error| error.to_string())?;
    if !is_same(&tree, json) || !is_same(&deserialized, json) {
        return Err(format!(
            "as a tree: {tree}, deserialized: {deserialized}, not {json}"
        ));
    }
    let borrowed = simd_json::BorrowedValue::from(value);
    let owned = simd_json::OwnedValue::from(value);
    let parsed = simd_json::to_borrowed_value(text).map_err(|error| error.to_string())?;
    // simd-json keeps repeated keys in an order of its own.
    let is_ambiguous = has_repeated_keys(value);
    if !is_ambiguous && (borrowed != parsed || owned != parsed) {
        return Err(format!(
            "for simd-json: {borrowed} and {owned}, not {parsed}"
        ));
    }
    Ok(())
}

/// Whether two trees are equal, but for the sign of a zero: `-0` is an integer for bayeux-wire.
fn is_same(ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Number(a), Json::Number(b)) => {
            a == b || (a.as_i64() == Some(0) && b.as_f64() == Some(0.0))
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => ours == theirs,
    }
}

fn has_repeated_keys(value: Value<'_>) -> bool {
    let mut keys: Vec<_> = value.entries().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
        || value.items().any(has_repeated_keys)
        || value.entries().any(|(_, value)| has_repeated_keys(value))
}

/// Returns whether `serde_json` refuses a text for nothing but a number that is too large.
fn is_out_of_range(text: &[u8]) -> bool {
    // Ignored numbers are checked for their syntax only.
    let error = serde_json::from_slice::<Json>(text).err();
    error.is_some_and(|error| error.to_string().starts_with("number out of range"))
        && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Checks the view and the owned value of a payload. Returns whether the event is typed.
fn check_event(value: Value<'_>, json: &Json) -> Result<bool, String> {
    let view = EventRef::from_value(value);
    let owned = view.into_owned();
    if view != owned {
        return Err(format!(
            "the view {view:?} differs from the owned value {owned:?}"
        ));
    }
    let parsed: Event = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    if parsed != owned {
        return Err(format!("serde: {parsed:?}, view: {owned:?}"));
    }
    let written = serde_json::to_string(&owned).map_err(|error| error.to_string())?;
    let again: Event = serde_json::from_str(&written).map_err(|error| error.to_string())?;
    if again != owned {
        return Err(format!("{owned:?} is written as {written}"));
    }
    // There is nothing to compare these with; they must not panic.
    let (problems, unknown) = (view.problems(), view.unknown_fields());
    if view.is_typed() != owned.is_typed() || view.kind() != owned.kind() {
        return Err(format!("{problems:?}, {unknown:?}"));
    }
    Ok(view.is_typed())
}

/// Whether `value` equals `json`. The known differences: `-0` is an integer in `value` and a float
/// in `json`, and `value` keeps repeated members.
fn agrees(value: Value<'_>, json: &Json) -> bool {
    if value.unreadable() == Some(Unreadable::TooDeep) {
        return json.is_array() || json.is_object();
    }
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
