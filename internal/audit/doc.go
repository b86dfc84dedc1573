// Package audit is the vocabulary of trustaudit: plain types that every other
// package speaks in, with the arithmetic that belongs to them (masks, keyed
// digests, sketches). It imports the standard library only and does no I/O.
//
// The words, in the order in which data flows through them:
//
//	Engagement   who authorised what: client, auditor, letter of authority, scope,
//	             window, edition, rates, fragile hosts, tests allowed by name
//	Scope        what may be touched; the zero Scope permits nothing
//	Store        a place that holds data and is named in the scope
//	Target       one thing to examine: a store, a network, an endpoint that
//	             answered, or the pseudo-target Estate; written as a URL
//	Unit         the piece of work that is handed out, done, committed, resumed
//	Fact         one thing a probe saw: plain, versioned data that survives JSON
//	Flow         data that travels: from, to, medium, protection
//	Sketch       bottom-k of keyed digests of distinct values; merges, keeps none
//	Check        folds the facts of a target, or of the estate, into a Result
//	Result       a State and a Coverage, with Findings
//	Finding      a cause at a place, with severity, count and exemplars
//	Evidence     locator, masked excerpt, count, keyed digest
//	Adjudication the auditor's signed word on a finding; it re-scores
//	Edition      one year's standard: objectives, principles, outcomes, indicators,
//	             levels, profile, and which evidence bears on which indicator
//	Claim        what the trust says of itself
//	Attestation  what the assessor concludes, with a reason
//	Opinion      per outcome: claimed, proposed, assessed, required, and why
//	Report       everything a renderer needs
//
// Probes make facts, checks make results, nothing else does either.
package audit
