//! Frames can be moved, shared, sent to other threads and held across an `await`.

use core::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll, Waker},
};
use std::{sync::Arc, thread};

use bayeux_wire::{DecodeError, Decoder, Entries, Frame, Items, Message, Messages, Pool, Value};

use crate::oracle::decode;

fn sendable<T: Send>(value: T) -> T {
    value
}

#[test]
fn all_types_are_send_and_sync() {
    fn owned<T: Send + Sync + 'static>() {}
    fn view<T: Send + Sync + Clone>() {}
    owned::<Frame>();
    owned::<Arc<Frame>>();
    owned::<Pool>();
    owned::<DecodeError>();
    sendable(Decoder::new());
    view::<Value<'_>>();
    view::<Message<'_>>();
    view::<Messages<'_>>();
    view::<Entries<'_>>();
    view::<Items<'_>>();
}

#[test]
fn a_frame_can_be_moved_and_read_afterwards() {
    let frame = decode(r#"[{"channel":"/a","data":"x\ny"}]"#).unwrap();
    let boxed = Box::new(frame);
    let frames = vec![*boxed, decode("[]").unwrap()];
    let shared: Arc<[Frame]> = frames.into();
    let there = Arc::clone(&shared);
    let read = thread::spawn(move || {
        there[0]
            .message(0)
            .unwrap()
            .data()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert_eq!(read.join().unwrap(), "x\ny");
    assert_eq!(shared[0].message(0).unwrap().channel(), "/a");
}

#[test]
fn a_message_can_be_held_across_an_await() {
    async fn hold(frame: Arc<Frame>) -> usize {
        let mut seen = 0;
        for message in frame.messages() {
            let data = message.data();
            let mut waited = false;
            poll_fn(|_| {
                if core::mem::replace(&mut waited, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            seen += data.and_then(Value::as_str).map_or(0, str::len);
        }
        seen
    }

    let frame = Arc::new(decode(r#"[{"data":"ab"},{"data":"cde"}]"#).unwrap());
    let mut task = pin!(sendable(hold(frame)));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(task.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(task.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(task.as_mut().poll(&mut context), Poll::Ready(5));
}
