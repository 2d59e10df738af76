//! An honest stand-in for the services: a real HTTP server on a loopback port, inside this process.
//!
//! The tests and the demo use the same one. Uploadcare is at its root, the others are below a folder of
//! their name. It shares no code with the client, not even signing, so that a mistake there cannot cancel
//! out; of this crate it knows `model` alone. It has no admin routes: what it can be told to do wrong goes
//! through [`Faults`] and [`Quirks`], what is true is in [`Books`] and its like.

mod body;
mod books;
mod exchange;
mod faults;
pub mod imagekit;
mod multipart;
mod names;
mod options;
mod pictures;
mod repeats;
mod server;
pub mod templated;
mod uploadcare;

pub use books::{BookFile, Books, FileBooks, FileTruth};
pub use faults::{Fault, Faults, Rate, RetryAfter, Rule, Target};
pub use options::{Expired, Options, Quirks};
pub use server::{Access, Server};
pub use uploadcare::{PROJECT_NAME, PUBLIC_KEY, SECRET_KEY};
