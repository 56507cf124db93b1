//! Commands that the program of a client issues.

use super::{Client, Kind, Plain};
use crate::{
    fact::{ClientFact, Fact, Issued},
    plan::Command,
    run::Context,
};

impl Client {
    /// Has the program connect, if it has not.
    pub(crate) fn listen(&mut self, cx: &mut Context) {
        self.issue(cx, Command::Connect);
    }

    /// Has the program issue a command.
    pub(crate) fn issue(&mut self, cx: &mut Context, command: Command) {
        if self.asleep.is_some() {
            return;
        }
        self.read_clock(cx.now);
        match &mut self.kind {
            Kind::Plain(plain) => {
                let Plain { session, program } = &mut **plain;
                program.issue(cx, self.local, command, session);
            }
            Kind::Listener(_) => self.issue_to_engine(cx, command),
        }
        self.drain(cx);
        self.rest(cx, true);
    }

    /// Has a program issue a command to its engine.
    fn issue_to_engine(&mut self, cx: &mut Context, command: Command) {
        let (index, at) = (self.index, self.moment(cx));
        let Some(listener) = self.listener_mut() else {
            return;
        };
        let mut see = |issued| cx.see(&Fact::Client(index, ClientFact::Issued(issued)));
        match command {
            Command::Connect => {
                listener.is_wanted = true;
                if !listener.is_running() {
                    see(Issued::Connect);
                    listener.start();
                    for channel in listener.wanted() {
                        let fact = ClientFact::Watches(channel.as_str(), true);
                        cx.see(&Fact::Client(index, fact));
                    }
                }
            }
            Command::Disconnect => {
                listener.is_wanted = false;
                see(Issued::Disconnect);
                if let Some(engine) = &mut listener.engine {
                    engine.disconnect(at);
                }
            }
            Command::Subscribe(pick) => {
                let channel = listener.channel(pick);
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Listen(&channel));
                    if engine.subscribe(&channel).is_err() {
                        return;
                    }
                }
                listener.want(&channel, true);
                let fact = ClientFact::Watches(channel.as_str(), true);
                cx.see(&Fact::Client(index, fact));
            }
            Command::Unsubscribe(pick) => {
                let Some(channel) = listener.unsubscribed(pick) else {
                    return;
                };
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Listen(&channel));
                    if engine.unsubscribe(&channel).is_err() {
                        return;
                    }
                }
                listener.want(&channel, false);
                let fact = ClientFact::Watches(channel.as_str(), false);
                cx.see(&Fact::Client(index, fact));
            }
            Command::Publish(pick) => {
                let channel = listener.channel(pick);
                let own = index as u64 * 1_000_000 + listener.published;
                listener.published += 1;
                if let Some(engine) = &mut listener.engine {
                    let json = format!(r#"{{"type":"typing","own":{own},"user_id":"1"}}"#);
                    let result = engine.publish(at, &channel, &json);
                    let result = result.as_ref().map(|id| *id);
                    see(Issued::Publish(&channel, own, result));
                }
            }
            Command::Wake => {
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Wake);
                    engine.wake(at);
                }
            }
            // No client offers it; or sent over REST, not by the session.
            Command::PauseConnects(_) | Command::Send(_) => {}
        }
    }

    /// Has the program listen and connect, whatever it did before.
    pub(crate) fn settle_down(&mut self, cx: &mut Context) {
        self.issue(cx, Command::PauseConnects(false));
        self.issue(cx, Command::Connect);
    }
}
