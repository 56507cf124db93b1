//! The caller's profile, groups and memberships.

use serde_json::Value;

use super::{
    RestResponse,
    call::{Call, Outcome},
};

impl Call<'_> {
    pub(super) fn me(&self) -> Outcome {
        let profile = self.world.profile_row(self.user);
        let profile = profile.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &profile))
    }

    pub(super) fn groups(&self) -> Outcome {
        let (page, per_page) = self.page(GROUPS_PER_PAGE)?;
        let omitted = self.query.text("omit").unwrap_or_default();
        let members = omitted.split(',').all(|part| part != "memberships");
        let groups: Vec<Value> = self
            .world
            .groups_by_activity(self.user)
            .into_iter()
            .skip((page - 1).saturating_mul(per_page))
            .take(per_page)
            .filter_map(|group| self.world.group_row(group, self.user, members))
            .collect();
        Ok(RestResponse::enveloped(200, &groups.into()))
    }

    /// Returns all former groups; GroupMe documents no pages for them.
    pub(super) fn former_groups(&self) -> RestResponse {
        let groups = self.world.former_groups_by_activity(self.user);
        let rows = groups.into_iter();
        let rows = rows.filter_map(|group| self.world.group_row(group, self.user, true));
        RestResponse::enveloped(200, &rows.collect())
    }

    /// Returns all membership states, without pages or other properties of the groups, as recorded.
    pub(super) fn membership_states(&self) -> RestResponse {
        let states = self.world.membership_states(self.user);
        RestResponse::enveloped(200, &states.into())
    }

    pub(super) fn group(&self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let row = self.world.group_row(group, self.user, true);
        let row = row.ok_or_else(RestResponse::no_conversation)?;
        Ok(RestResponse::enveloped(200, &row))
    }
}

const GROUPS_PER_PAGE: usize = 10;
