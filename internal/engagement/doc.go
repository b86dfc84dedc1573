// Package engagement reads the engagement file: who authorised what, where and
// when. It is strict. Whatever it does not understand it refuses, with the
// line and what to write instead, because a scope that was half understood is
// a scope that nobody authorised.
//
// It also makes the engagement of a self-assessment from paths alone, writes
// the commented file to start from, and turns what people call a store (a
// folder, a database, a URL) into the one form in which the scope compares
// stores.
package engagement
