//! Answers of the rules to the messages of one payload, for a server that asks without waiting.

use bayeux_proto::server::{RequestContext, SecurityPolicy};

use crate::{message::Message, rules::DynRules};

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
    /// Verdict on each channel of a subscription.
    Channels(Vec<(String, Result<(), String>)>),
}

impl Verdicts {
    /// Asks the rules about the next message of the payload.
    pub(crate) async fn ask(&mut self, rules: &dyn DynRules, message: &Message<'_>) {
        let verdict = match message.channel() {
            "/meta/handshake" => Verdict::Whole(rules.may_handshake(message).await),
            "/meta/subscribe" => {
                let mut verdicts = Vec::new();
                for channel in message.subscriptions() {
                    let verdict = rules.may_subscribe(message, &channel).await;
                    verdicts.push((channel, verdict));
                }
                Verdict::Channels(verdicts)
            }
            channel if channel.starts_with("/meta/") => Verdict::Whole(Ok(())),
            _ => Verdict::Whole(rules.may_publish(message).await),
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

impl SecurityPolicy for Verdicts {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn may_handshake(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        self.whole(context)
    }

    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        let verdict = match self.verdicts.get(context.index) {
            Some(Verdict::Channels(verdicts)) => verdicts.iter().find(|(name, _)| name == channel),
            _ => None,
        };
        verdict.map_or_else(|| Err(UNASKED.to_owned()), |(_, verdict)| verdict.clone())
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
