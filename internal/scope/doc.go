// Package scope is the only way to a target. A Guard is built from what an
// engagement permits; every connection goes through its Dial, which decides on
// the address that is really dialled, keeps to the window, the rate and the
// bound per host, and records each contact before it is made.
//
// What it promises:
//
//   - The zero audit.Scope permits nothing.
//   - A connection is made only to an address that lies in a network of the
//     scope, that the scope lists, or that a name which the scope lists leads
//     to. A name is resolved once per connection and the very address that was
//     judged is the one dialled, so a second answer of the name service
//     changes nothing.
//   - What is excluded or fragile is never touched, under none of its
//     addresses or names. Where an excluded name cannot be resolved, nothing
//     is dialled at all: no address could be told apart from it.
//   - An attempt is on record before the first packet leaves; when it cannot
//     be recorded, no packet leaves.
//   - Nothing is open outside the window.
package scope
