//! Functions that answer a command.

use core::pin::Pin;

use groupme_client::Draft;

use crate::{Argument, ArgumentError, Arguments, Context, HandlerError, IntoDrafts};

/// Future of a handler, with the messages to send.
pub(crate) type DraftsFuture =
    Pin<Box<dyn Future<Output = Result<Vec<Draft>, HandlerError>> + Send>>;

/// Function that answers a command: takes a [`Context`] and up to five [`Argument`]s, is async, and
/// returns a type that is [`IntoDrafts`]. `A` is the tuple of its arguments.
pub trait Handler<A>: Send + Sync + 'static {
    /// Returns the placeholders of the arguments, in order.
    #[doc(hidden)]
    fn placeholders() -> Vec<String>;

    /// Parses the arguments and returns the future of the answer.
    #[doc(hidden)]
    fn call(
        &self,
        context: Context,
        arguments: &mut Arguments<'_>,
    ) -> Result<HandlerFuture, ArgumentError>;
}

/// Future of a handler.
#[doc(hidden)]
pub struct HandlerFuture(pub(crate) DraftsFuture);

impl core::fmt::Debug for HandlerFuture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HandlerFuture")
    }
}

macro_rules! handlers {
    ($( ($( $Argument:ident ),*) )*) => { $(
        #[allow(non_snake_case, reason = "the names of the types serve as names of the values")]
        impl<F, O, R $(, $Argument)*> Handler<($( $Argument, )*)> for F
        where
            F: Fn(Context $(, $Argument)*) -> O + Send + Sync + 'static,
            O: Future<Output = R> + Send + 'static,
            R: IntoDrafts,
            $( $Argument: Argument, )*
        {
            fn placeholders() -> Vec<String> {
                vec![$( $Argument::placeholder() ),*]
            }

            fn call(
                &self,
                context: Context,
                arguments: &mut Arguments<'_>,
            ) -> Result<HandlerFuture, ArgumentError> {
                $( let $Argument = $Argument::parse(arguments)?; )*
                if !arguments.is_empty() {
                    return Err(ArgumentError::excess(arguments.take_rest()));
                }
                let answer = self(context $(, $Argument)*);
                let outcome = async move { answer.await.into_drafts() };
                Ok(HandlerFuture(Box::pin(outcome)))
            }
        }
    )* };
}

handlers! {
    ()
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
}
