//! A history, page by page, as a stream.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};
use groupme_model::MessageId;

use crate::{
    Client, Conversation, Error,
    endpoint::messages::{self, MessagePage},
    pager::Pager,
};

impl Client {
    /// The history of a conversation, page by page: from the newest message towards the past,
    /// unless it is told otherwise.
    ///
    /// ```no_run
    /// # async fn archive(client: groupme_rest::Client) -> Result<(), groupme_rest::Error> {
    /// let mut history = client.history(groupme_model::GroupId::from("1835"));
    /// while let Some(page) = history.next().await {
    ///     for message in page?.messages {
    ///         println!("{}", message.text.unwrap_or_default());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn history(&self, conversation: impl Into<Conversation>) -> History {
        History {
            client: self.clone(),
            conversation: conversation.into(),
            pager: Pager::backward(None),
            limit: LIMIT,
            asking: None,
        }
    }
}

/// The history of a conversation, page by page: a stream that ends where the history does.
///
/// After an error it can be asked again and goes on at the same place; no message is left out.
#[must_use = "a history does nothing unless it is asked for the next page"]
pub struct History {
    client: Client,
    conversation: Conversation,
    pager: Pager,
    limit: u32,
    asking: Option<Asking>,
}

type Asking = Pin<Box<dyn Future<Output = Result<MessagePage, Error>> + Send>>;

impl History {
    /// Goes towards the past from a message, which is left out. Pages are newest first.
    pub fn before(mut self, message: impl Into<MessageId>) -> Self {
        self.pager = Pager::backward(Some(message.into()));
        self.asking = None;
        self
    }

    /// Goes towards the present from a message, which is left out. Pages are oldest first, and
    /// nothing is missing between them: this is how to catch up.
    ///
    /// It ends at the newest message there is. To go on later, begin after the last one again.
    pub fn after(mut self, message: impl Into<MessageId>) -> Self {
        self.pager = Pager::forward(message.into());
        self.asking = None;
        self
    }

    /// Asks for so many messages at once. Default: 100, as documented; GroupMe was seen to give
    /// 200.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// The next page, which has at least one message; `None` at the end. Dropping the future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<Result<MessagePage, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for History {
    type Item = Result<MessagePage, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(asking) = &mut this.asking else {
                let Some(window) = this.pager.poll_window() else {
                    return Poll::Ready(None);
                };
                let call = messages::list(&this.conversation, &window, this.limit);
                let client = this.client.clone();
                this.asking = Some(Box::pin(async move { client.call(&call).await }));
                continue;
            };
            let answer = ready!(asking.as_mut().poll(cx));
            this.asking = None;
            match answer {
                Err(error) => return Poll::Ready(Some(Err(error))),
                Ok(page) => {
                    if let Some(page) = this.pager.handle_page(page) {
                        return Poll::Ready(Some(Ok(page)));
                    }
                }
            }
        }
    }
}

impl FusedStream for History {
    fn is_terminated(&self) -> bool {
        self.asking.is_none() && self.pager.poll_window().is_none()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("conversation", &self.conversation)
            .field("next", &self.pager.poll_window())
            .finish_non_exhaustive()
    }
}

/// What GroupMe documents as the most.
const LIMIT: u32 = 100;
