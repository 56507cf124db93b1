//! Faults, behaviours and time.

use core::time::Duration;

use serde_json::json;

use super::{Answer, Change, Control, Outcome, Refusal};
use crate::fault::{FaultPlan, Incident, Probability};

impl Control<'_> {
    pub(super) fn incident(&mut self, _: &[&str]) -> Outcome {
        let by = self.millis("by_ms");
        let needs_time = || by.ok_or_else(|| Refusal::bad("`by_ms` is missing"));
        let incident = match self.needed_text("kind")?.as_str() {
            "break_connections" => Incident::BreakConnections,
            "lose_sessions" => Incident::LoseSessions,
            "restart" => Incident::Restart,
            "freeze" => Incident::Freeze,
            "thaw" => Incident::Thaw,
            "clock_ahead" => Incident::ClockAhead(needs_time()?.min(LONGEST_ADVANCE)),
            "clock_back" => Incident::ClockBack(needs_time()?),
            "burst" => {
                let messages = self.number("messages").unwrap_or(100).min(100_000);
                Incident::Burst(usize::try_from(messages).unwrap_or(100))
            }
            other => {
                return Err(Refusal::bad(format!(
                    "no incident `{other}`, only break_connections, lose_sessions, restart, \
                     freeze, thaw, clock_ahead, clock_back, burst"
                )));
            }
        };
        Ok(Answer::Apply(Change::Incident(incident)))
    }

    /// Replaces the fault plan.
    pub(super) fn set_faults(&mut self, _: &[&str]) -> Outcome {
        let seed = self.number("seed").unwrap_or(1);
        let mut plan = match self.text("chaos") {
            None => FaultPlan::new(seed),
            Some("network") => FaultPlan::from_seed(seed).tcp_only(),
            Some("anything") => FaultPlan::from_seed(seed),
            Some(_) => return Err(Refusal::bad("`chaos` must be network or anything")),
        };
        if let Some(status) = self.number("rest_status") {
            let status = u16::try_from(status).ok();
            let status = status.filter(|status| (200..600).contains(status));
            let status = status.ok_or_else(|| Refusal::bad("`rest_status` must be 200 to 599"))?;
            plan.rest.statuses = vec![status];
            plan.rest.probability = self
                .probability("rest_probability")?
                .unwrap_or(Probability::ALWAYS);
            plan.rest.html = Probability::NEVER;
            plan.rest.executed = match self.flag("rest_executed") {
                Some(true) => Probability::ALWAYS,
                _ => Probability::NEVER,
            };
        }
        if let Some(delay) = self.millis("delay_ms") {
            plan.to_client.delay = Probability::ALWAYS;
            plan.to_client.max_delay = delay;
        }
        for (name, probability) in [
            ("drop", &mut plan.to_client.drop),
            ("duplicate", &mut plan.to_client.duplicate),
            ("reorder", &mut plan.to_client.reorder),
            ("truncate", &mut plan.to_client.truncate),
            ("corrupt", &mut plan.to_client.corrupt),
            ("reset", &mut plan.links.reset),
            ("half_open", &mut plan.links.half_open),
            ("refuse_upgrade", &mut plan.links.refuse_upgrade),
        ] {
            if let Some(asked) = self.probability(name)? {
                *probability = asked;
            }
        }
        if self.flag("silence") == Some(true) {
            plan = plan.after(Duration::ZERO, Incident::Freeze);
        }
        plan.until = self.millis("for_ms");
        Ok(Answer::Apply(Change::Plan(Box::new(plan))))
    }

    fn probability(&self, name: &str) -> Result<Option<Probability>, Refusal> {
        match self.text(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(probability)) => Ok(Some(probability)),
            Some(Err(error)) => Err(Refusal::bad(format!("`{name}`: {error}"))),
        }
    }

    pub(super) fn clear_faults(&mut self, _: &[&str]) -> Outcome {
        Ok(Answer::Apply(Change::ClearFaults))
    }

    /// Allows or refuses the transports.
    pub(super) fn set_transports(&mut self, _: &[&str]) -> Outcome {
        match (self.flag("sockets"), self.flag("polling")) {
            (Some(allowed), None) => Ok(Answer::Apply(Change::Sockets(allowed))),
            (None, Some(allowed)) => Ok(Answer::Apply(Change::Polling(allowed))),
            _ => Err(Refusal::bad("name either `sockets` or `polling`")),
        }
    }

    /// Changes the behaviour of the REST API and the world.
    pub(super) fn set_behaviours(&mut self, _: &[&str]) -> Outcome {
        let limit = |name| -> Result<Option<Option<u32>>, Refusal> {
            let Some(number) = self.number(name) else {
                return Ok(None);
            };
            let number = u32::try_from(number);
            let number = number.map_err(|_| Refusal::bad(format!("`{name}` is too large")))?;
            Ok(Some(Some(number).filter(|number| *number > 0)))
        };
        let rate = limit("requests_per_second")?;
        let flood = limit("messages_per_minute")?;
        let outage = self.number("outage").map(u16::try_from).transpose();
        let outage = outage.map_err(|_| Refusal::bad("`outage` must be a status, or 0"))?;
        let (response, push) = (
            self.millis("response_delay_ms"),
            self.millis("push_delay_ms"),
        );
        let processing = self.millis("processing_time_ms");
        let (links, short) = (self.flag("allow_links"), self.flag("short_pages"));
        let (edit, tombstones) = (self.millis("edit_window_ms"), self.flag("tombstones"));
        let config = self.simulation.rest_mut().config_mut();
        config.requests_per_second = rate.unwrap_or(config.requests_per_second);
        config.messages_per_minute = flood.unwrap_or(config.messages_per_minute);
        if let Some(status) = outage {
            config.outage = Some(status).filter(|status| *status > 0);
        }
        config.response_delay = response.unwrap_or(config.response_delay);
        config.push_delay = push.unwrap_or(config.push_delay);
        config.processing_time = processing.unwrap_or(config.processing_time);
        config.allow_links = links.unwrap_or(config.allow_links);
        config.short_pages = short.unwrap_or(config.short_pages);
        let world = self.simulation.world_mut();
        if let Some(window) = edit {
            world.set_edit_window(Some(window));
        }
        if let Some(leave) = tombstones {
            world.leave_tombstones(leave);
        }
        Self::ok(json!({}))
    }

    pub(super) fn advance(&mut self, _: &[&str]) -> Outcome {
        let by = self.millis("by_ms");
        let by = by.ok_or_else(|| Refusal::bad("`by_ms` is missing"))?;
        Ok(Answer::Apply(Change::Advance(by.min(LONGEST_ADVANCE))))
    }
}

/// Maximum advance or jump ahead at once: every deadline of an advance is handled at its time, and
/// a calendar cannot be wound back from its end.
const LONGEST_ADVANCE: Duration = Duration::from_hours(24 * 31);
