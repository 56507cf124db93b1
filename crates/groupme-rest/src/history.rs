//! History of a conversation as a stream of pages.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};
use groupme_model::{HistoryWindow, MessageId};

use crate::{
    Client, Conversation, Error,
    endpoint::messages::{self, MessagePage},
    pager::Pager,
};

impl Client {
    /// Returns at most `limit` messages of a conversation, as [`messages::list`] does. If the answer
    /// as a whole cannot be read, because of its size or of something in a message, fewer messages
    /// are requested, down to one: the others must not be lost with it.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::Unreadable`], [`Error::CutOff`] or [`Error::Oversize`] if the
    /// first message of the window cannot be read, or if fewer messages are none: the answer that could
    /// not be read had some, and no message must not pass for the end of the history.
    pub async fn messages(
        &self,
        conversation: impl Into<Conversation>,
        window: &HistoryWindow,
        mut limit: u32,
    ) -> Result<MessagePage, Error> {
        let conversation = conversation.into();
        // Fewer messages of this window would hide others.
        let may_divide = !matches!(window, HistoryWindow::Since(_));
        let mut unread = None;
        loop {
            let call = messages::list(&conversation, window, limit);
            match self.call(&call).await {
                Err(
                    error @ (Error::Unreadable { .. }
                    | Error::CutOff { .. }
                    | Error::Oversize { .. }),
                ) if may_divide && limit > 1 => {
                    tracing::debug!(limit, %error, "requesting fewer messages");
                    limit /= DIVISOR;
                    limit = limit.max(1);
                    unread = Some(error);
                }
                Ok(page) if page.is_empty() && page.unreadable == 0 => {
                    return unread.map_or(Ok(page), Err);
                }
                answer => return answer,
            }
        }
    }

    /// Returns the history of a conversation, page by page: from the newest message to the oldest,
    /// unless [`History::before`] or [`History::after`] says otherwise.
    ///
    /// ```no_run
    /// # async fn archive(client: groupme_rest::Client) -> Result<(), groupme_rest::Error> {
    /// let mut history = client.history(groupme_model::GroupId::from("1835"));
    /// while let Some(page) = history.next().await {
    ///     for message in page?.messages() {
    ///         println!("{}", message.text().unwrap_or_default());
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
            count: None,
            found: 0,
            is_all: true,
            is_cut_short: false,
            request: None,
        }
    }
}

/// Stream of the pages of a conversation's history, each sorted by the ids of its messages.
///
/// After an error, the next poll requests the same page again: no message is skipped.
#[must_use = "a history does nothing unless it is polled"]
pub struct History {
    client: Client,
    conversation: Conversation,
    pager: Pager,
    limit: u32,
    count: Option<u64>,
    /// Number of messages received.
    found: u64,
    /// Whether the stream begins at one of the ends of the history.
    is_all: bool,
    is_cut_short: bool,
    request: Option<PageFuture>,
}

type PageFuture = Pin<Box<dyn Future<Output = Result<MessagePage, Error>> + Send>>;

impl History {
    /// Reads the messages before another one, newest first.
    pub fn before(mut self, message: impl Into<MessageId>) -> Self {
        self.pager = Pager::backward(Some(message.into()));
        self.request = None;
        self.is_all = false;
        self
    }

    /// Reads the messages after another one, oldest first and without a gap.
    ///
    /// The stream ends at the newest message. To continue later, begin after the last message of
    /// this stream.
    pub fn after(mut self, message: impl Into<MessageId>) -> Self {
        self.pager = Pager::forward(message.into());
        self.request = None;
        self.is_all = false;
        self
    }

    /// Reads from the first message on, oldest first and without a gap.
    pub fn from_start(self) -> Self {
        // Ids are numbers that grow, and no message has this one.
        let mut history = self.after("0");
        history.is_all = true;
        history
    }

    /// Sets the maximum number of messages on a page. Default: 100, GroupMe's documented maximum;
    /// in practice it accepts 200.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Returns the number of messages ever sent in the whole conversation, as the first answer told
    /// it; `None` before that, or if the answer did not tell. Deleted and cleared messages stay in
    /// the count, so a stream that yields fewer need not be incomplete.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// Returns the number of messages that GroupMe [counts](Self::count) and that no page had, at the
    /// end of a stream over the whole history; 0 otherwise.
    ///
    /// GroupMe keeps some old histories in part only, ends others too early, and leaves messages in
    /// the count that an admin deleted: the answers do not tell these apart.
    pub fn missing(&self) -> u64 {
        let is_over = self.request.is_none() && self.pager.poll_window().is_none();
        match self.count {
            Some(count) if is_over && self.is_all => count.saturating_sub(self.found),
            _ => 0,
        }
    }

    /// Returns the number of messages that were left out because they came behind the point where
    /// they belonged: the server does not keep to its order, and others may be missing.
    pub fn misplaced(&self) -> u64 {
        self.pager.misplaced()
    }

    /// Returns whether GroupMe has certainly cut the history short: the stream yielded fewer messages
    /// than were counted, and the last answer had `null` in place of a list, as that of some long
    /// histories, or no message to continue from; or messages were [`misplaced`](Self::misplaced).
    pub fn is_cut_short(&self) -> bool {
        self.is_cut_short || self.misplaced() > 0
    }

    /// Returns the message from which the history continues, to continue there later with
    /// [`before`](Self::before) or [`after`](Self::after): the last one, unless its id is no position.
    /// `None` before the first page from the newest message on, and after the last page.
    pub fn position(&self) -> Option<&MessageId> {
        self.pager.cursor()
    }

    /// Returns the next page, which has at least one message; `None` at the end. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<MessagePage, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for History {
    type Item = Result<MessagePage, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(request) = &mut this.request else {
                let Some(window) = this.pager.poll_window() else {
                    return Poll::Ready(None);
                };
                let (client, conversation) = (this.client.clone(), this.conversation.clone());
                let limit = this.limit;
                this.request = Some(Box::pin(async move {
                    client.messages(conversation, &window, limit).await
                }));
                continue;
            };
            let answer = ready!(request.as_mut().poll(cx));
            this.request = None;
            match answer {
                Err(error) => return Poll::Ready(Some(Err(error))),
                Ok(page) => {
                    let count = page.count.and_then(|count| u64::try_from(count).ok());
                    this.count = this.count.or(count);
                    let has_null = page.has_null;
                    let page = this.pager.handle_page(page);
                    let found = page
                        .as_ref()
                        .map_or(0, |page| page.len().saturating_add(page.unreadable));
                    this.found = this
                        .found
                        .saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
                    // The count is that of the whole history.
                    let count = this.count.filter(|_| this.is_all);
                    let is_more = count.is_some_and(|count| count > this.found);
                    this.is_cut_short = has_null && !this.pager.is_forward() && is_more
                        || this.pager.is_stuck() && (is_more || count.is_none());
                    if let Some(page) = page {
                        return Poll::Ready(Some(Ok(page)));
                    }
                }
            }
        }
    }
}

impl FusedStream for History {
    fn is_terminated(&self) -> bool {
        self.request.is_none() && self.pager.poll_window().is_none()
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

/// GroupMe's documented maximum.
const LIMIT: u32 = 100;

/// Number by which the size of a page is divided while its answer cannot be read: of a hundred
/// messages, four requests find the first one.
const DIVISOR: u32 = 4;
