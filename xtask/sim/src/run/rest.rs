//! REST's part of a run.

use core::time::Duration;

use groupme_sim::RestRequest;

use super::{Run, people::pushes};
use crate::{
    client::address,
    errands::{Errand, Reply, Task},
};

impl Run<'_> {
    /// Questions for REST go out, are answered, and come back.
    pub(super) fn run_errands(&mut self) {
        while let Some(errand) = self.errands.poll_arrival(self.now) {
            if let Reply::Asked = errand.answer {
                self.answer(errand);
            } else {
                let client = errand.client;
                self.clients[client].handle_answer(self.now, errand, &mut self.checks);
            }
        }
        for (client, one) in self.clients.iter_mut().enumerate() {
            while let Some((life, task)) = one.poll_task(self.now) {
                let errand = Errand {
                    client,
                    life,
                    task,
                    answer: Reply::Asked,
                };
                let network = &mut self.network;
                self.errands.send(self.now, errand, Duration::ZERO, network);
            }
        }
    }

    fn answer(&mut self, mut errand: Errand) {
        let user = self.users[errand.client];
        let token = self.server.world().token(user).map(str::to_owned);
        let ((path, query), method, body) = match &errand.task {
            Task::Ask(_, question) => (address(question, &user.to_string()), "GET", ""),
            Task::Send(draft) => {
                let address = (draft.path.clone(), String::new());
                (address, "POST", draft.body.as_str())
            }
        };
        let request = RestRequest {
            method,
            path: &path,
            query: &query,
            token: token.as_deref(),
            body: body.as_bytes(),
        };
        let (now, rest) = (self.now, &mut self.rest);
        let (response, pushes) = self.server.with_world(now, |world| {
            let response = rest.handle_request(now, &request, world);
            (response, pushes(world))
        });
        self.publish(&pushes);
        errand.answer = Reply::Given(response.status, response.body);
        self.errands
            .send(self.now, errand, response.delay, &mut self.network);
    }
}
