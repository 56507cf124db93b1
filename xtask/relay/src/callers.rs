//! Programs that send messages through the relay, and repeat each until it is answered.

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use anyhow::ensure;
use groupme_relay::{AccountName, Broker as _, ErrorCode, Nats, Request};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use crate::town::Town;

/// Requests of a storm.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    asked: usize,
    answered: usize,
    repeated: usize,
    /// Messages that the relay says it has sent, and which are not there.
    lost: usize,
    doubled: usize,
    /// Errors by code.
    errors: BTreeMap<ErrorCode, usize>,
}

struct Call {
    group: String,
    text: String,
    is_answered: bool,
    errors: Vec<ErrorCode>,
}

impl Calls {
    /// Sends a message through the relay at a steady pace for a time, each from the next account.
    pub(crate) async fn make(nats: &Nats, town: &Town, time: Duration) -> anyhow::Result<Self> {
        let mut callers = JoinSet::new();
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let end = Instant::now() + time;
        let mut number = 0_usize;
        while Instant::now() < end {
            ticks.tick().await;
            let (account, group) = town.member(number);
            callers.spawn(call(nats.clone(), account, group, format!("call {number}")));
            number += 1;
        }
        let mut calls = Self::default();
        for call in callers.join_all().await {
            let times = town.times_said(&call.group, &call.text)?;
            calls.asked += 1;
            calls.answered += usize::from(call.is_answered);
            calls.repeated += usize::from(!call.errors.is_empty());
            calls.lost += usize::from(call.is_answered && times == 0);
            calls.doubled += times.saturating_sub(1);
            for code in call.errors {
                *calls.errors.entry(code).or_default() += 1;
            }
        }
        Ok(calls)
    }

    /// Checks that each message is there once, and that all were answered in the end.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(self.lost == 0, "a message that was answered is not there");
        ensure!(self.doubled == 0, "a message is there twice");
        ensure!(
            self.answered == self.asked,
            "a request was not performed within {PATIENCE:?}"
        );
        let final_error = self.errors.keys().find(|code| !code.is_transient());
        ensure!(final_error.is_none(), "a request was refused: {self}");
        Ok(())
    }
}

async fn call(nats: Nats, account: AccountName, group: String, text: String) -> Call {
    let mut call = Call {
        group,
        text,
        is_answered: false,
        errors: Vec::new(),
    };
    let body = serde_json::json!({ "conversation": call.group, "text": call.text }).to_string();
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let deadline = nats.unix_time() + DEADLINE;
        let request = Request::new(account.clone(), "send", deadline, body.clone());
        match nats
            .request(&request.with_source_guid(&call.text.replace(' ', "-")))
            .await
        {
            Ok(_) => {
                call.is_answered = true;
                return call;
            }
            Err(error) => {
                call.errors.push(error.code);
                sleep(error.retry_after.unwrap_or(RETRY)).await;
            }
        }
    }
    call
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests to accounts, {} answered, {} after repetitions: {} lost, {} doubled",
            self.asked, self.answered, self.repeated, self.lost, self.doubled
        )?;
        for (code, times) in &self.errors {
            write!(f, ", {times} × {code}")?;
        }
        Ok(())
    }
}

/// Time between requests.
const PACE: Duration = Duration::from_millis(100);

/// Time to the deadline of each attempt.
const DEADLINE: Duration = Duration::from_secs(5);

/// Time between attempts.
const RETRY: Duration = Duration::from_millis(300);

/// Time for which a request is repeated: GroupMe recognizes a message for about a minute.
const PATIENCE: Duration = Duration::from_secs(50);
