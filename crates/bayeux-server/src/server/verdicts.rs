//! Answers of the rules to the messages of one payload, for a server that asks without waiting.

use std::collections::VecDeque;

use bayeux_proto::server::{Limits, RequestContext, SecurityPolicy};

use super::{message::Message, rules::DynRules};

/// Verdicts on the messages of one payload, by their index.
#[derive(Default)]
pub(crate) struct Verdicts {
    verdicts: Vec<Verdict>,
    /// Indices of accepted publishes to service channels.
    pub(crate) served: Vec<usize>,
}

/// Answer of the rules to one message.
enum Verdict {
    Whole(Result<(), String>),
    /// Verdict on each channel of a subscription, in the order in which the server asks.
    Channels(VecDeque<(String, Result<(), String>)>),
}

impl Verdicts {
    /// Asks the rules about the next message of the payload, unless it is beyond a limit.
    pub(crate) async fn ask(
        &mut self,
        rules: &dyn DynRules,
        message: &Message<'_>,
        bytes: usize,
        limits: &Limits,
    ) {
        let verdict = if bytes > limits.message {
            Verdict::Whole(Err(UNASKED.to_owned()))
        } else {
            ask(rules, message, limits).await
        };
        self.verdicts.push(verdict);
    }

    fn whole(&self, context: &RequestContext<'_>) -> Result<(), String> {
        match self.verdicts.get(context.index) {
            Some(Verdict::Whole(verdict)) => verdict.clone(),
            _ => Err(UNASKED.to_owned()),
        }
    }
}

async fn ask(rules: &dyn DynRules, message: &Message<'_>, limits: &Limits) -> Verdict {
    match message.channel() {
        "/meta/handshake" => Verdict::Whole(rules.may_handshake(message).await),
        "/meta/subscribe" => {
            let channels = message.subscriptions();
            if channels.len() > limits.subscriptions {
                return Verdict::Whole(Err("403::Too many subscriptions".to_owned()));
            }
            let mut verdicts = VecDeque::new();
            for channel in channels {
                let verdict = rules.may_subscribe(message, &channel).await;
                verdicts.push_back((channel, verdict));
            }
            Verdict::Channels(verdicts)
        }
        channel if channel.starts_with("/meta/") => Verdict::Whole(Ok(())),
        _ => Verdict::Whole(rules.may_publish(message).await),
    }
}

impl SecurityPolicy for Verdicts {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn may_handshake(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        self.whole(context)
    }

    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        match self.verdicts.get_mut(context.index) {
            Some(Verdict::Channels(verdicts)) => match verdicts.pop_front() {
                Some((name, verdict)) if name == channel => verdict,
                _ => Err(UNASKED.to_owned()),
            },
            _ => self.whole(context),
        }
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        self.whole(context)
    }

    fn serve(&mut self, context: &RequestContext<'_>) {
        self.served.push(context.index);
    }
}

/// Refusal of a message about which the rules were not asked. The server and [`Verdicts::ask`] sort
/// messages alike, so no client gets it.
const UNASKED: &str = "500::The rules were not asked";
