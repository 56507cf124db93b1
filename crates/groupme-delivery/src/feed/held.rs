//! Held notices whose time has come.

use super::Feed;

impl<P> Feed<P> {
    pub(super) fn release_due_held(&mut self) {
        while let Some((due, id)) = self.cx.held.front()
            && *due <= self.cx.now
        {
            let id = id.clone();
            let (conversation, cx) = self.of(&id);
            conversation.release_held(cx);
        }
    }

    pub(super) fn release_all_held(&mut self) {
        while let Some((_, id)) = self.cx.held.front() {
            let id = id.clone();
            let (conversation, cx) = self.of(&id);
            conversation.release_held(cx);
        }
    }
}
