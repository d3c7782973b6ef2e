//! Two sessions without a network.

use twinroot_peer::{Answerer, Dialer, Heard, Message, Session};

use crate::world::identity;

/// The two ends of a connection, begun.
pub(crate) struct Pair {
    pub(crate) dialer: Session,
    pub(crate) answerer: Session,
}

impl Pair {
    pub(crate) fn new(frame_limit: u32) -> Self {
        let (dialer, first) = Dialer::start(&identity(1), identity(2).key(), frame_limit).unwrap();
        let (answerer, second) = Answerer::answer(&identity(2), frame_limit, &first).unwrap();
        let (mut dialer, third) = dialer.finish(&second).unwrap();
        let mut answerer = answerer.finish(&third).unwrap();
        let begin = sealed(&mut dialer, Message::Begin);
        assert_eq!(answerer.hear(&begin), Ok(Heard::Begin));
        let begin = sealed(&mut answerer, Message::Begin);
        assert_eq!(dialer.hear(&begin), Ok(Heard::Begin));
        Self { dialer, answerer }
    }
}

/// A message as it travels, without its length.
pub(crate) fn sealed(session: &mut Session, message: Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    session.say(message, &mut bytes).unwrap();
    let (length, sealed) = bytes.split_first_chunk().unwrap();
    assert_eq!(usize::from(u16::from_be_bytes(*length)), sealed.len());
    sealed.to_vec()
}
