//! Bots of the caller. Posting as a bot needs no token; see [`open`](super::open).

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{BotDraft, SimGroupId};
use serde_json::Value;

impl Call<'_> {
    pub(super) fn bots(&self) -> RestResponse {
        RestResponse::enveloped(200, &self.world.bot_rows(self.user).into())
    }

    pub(super) fn create_bot(&mut self) -> Outcome {
        let body = self.json()?;
        let bot = &body["bot"];
        let text = |name: &str| bot[name].as_str().map(str::to_owned);
        let name = text("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| RestResponse::bad("name is missing"))?;
        let group = text("group_id").ok_or_else(|| RestResponse::bad("group_id is missing"))?;
        let group: SimGroupId = self.top_level_group(&group)?;
        let mut draft = BotDraft::new(name, bot["callback_url"].as_str());
        draft.avatar_url = text("avatar_url");
        draft.dm_notification = bot["dm_notification"].as_bool().unwrap_or(false);
        let id = self.world.add_bot(group, self.user, draft)?;
        let row = self.world.bot_row(&id);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(201, &row))
    }

    pub(super) fn destroy_bot(&mut self) -> Outcome {
        let body = self.json()?;
        let id = body["bot_id"].as_str().unwrap_or_default();
        self.world.remove_bot(id, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }
}
