//! Tests of the model: keys, events and answers in virtual time.

mod changes;
mod floods;
mod history;
mod navigation;
mod reading;
mod sending;
mod typing;

use groupme_client::{ConversationId, Draft};

use super::*;
use crate::testing::TestChat;

fn id(id: &str) -> ConversationId {
    ConversationId::from(id)
}

/// Returns the drafts among effects, with their local ids.
fn sent(effects: &[Effect]) -> Vec<(u64, Draft)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send {
            local_id, draft, ..
        } => Some((*local_id, draft.clone())),
        _ => None,
    });
    sent.collect()
}

fn text(draft: &Draft) -> String {
    draft.clone().for_edit().unwrap().text.unwrap_or_default()
}
