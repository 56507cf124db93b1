//! Tuples of extensions.

use alloc::vec::Vec;

use super::{Extension, Members, Outgoing, Payload};
use crate::{Instant, Message};

macro_rules! stack {
    ($($name:ident)+) => {
        impl<$($name: Extension),+> Extension for ($($name,)+) {
            fn advance(&mut self, now: Instant) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.advance(now);)+
            }

            fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                let start = out.len();
                $(
                    let end = out.len();
                    $name.write_ext(outgoing, out);
                    join(out, start, end);
                )+
            }

            fn write_members(&mut self, outgoing: Outgoing<'_>, members: &mut Members<'_>) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.write_members(outgoing, members);)+
            }

            fn incoming(&mut self, message: &Message<'_>, payload: &dyn Payload) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.incoming(message, payload);)+
            }

            fn defers_events(&self) -> bool {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                false $(|| $name.defers_events())+
            }
        }
    };
}

stack!(A B);
stack!(A B C);
stack!(A B C D);

/// Joins the object from `start` to `end` and the one behind it into one object. Either may be
/// missing.
fn join(out: &mut Vec<u8>, start: usize, end: usize) {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let (first, second) = (&out[start..end], &out[end..]);
    let inner = second.iter().position(|byte| *byte == b'{');
    let (Some(closing), Some(opening)) = (first.iter().rposition(|byte| *byte == b'}'), inner)
    else {
        return;
    };
    let is_empty = first[..closing].trim_ascii() == b"{";
    let adds_nothing = second[opening + 1..].iter().find(|byte| !is_space(byte)) == Some(&b'}');
    if adds_nothing {
        out.truncate(end);
        return;
    }
    let comma: &[u8] = if is_empty { b"" } else { b"," };
    out.splice(start + closing..=end + opening, comma.iter().copied());
}
