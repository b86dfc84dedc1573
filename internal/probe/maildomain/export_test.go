package maildomain

// Trusting observes as a sender does that trusts given authorities.
var Trusting = trusting
