// Package proof makes evidence packs and checks them, and folders of reports.
//
// A pack is a zip file about one finding for somebody who has nothing else: the
// finding and its history, the call, the raw messages with their coordinates,
// the rule and the policy. SHA256SUMS lists the SHA-256 of every entry in the
// form of sha256sum, SHA256SUMS.sig is its Ed25519 signature (RFC 8032) and
// public_key.pem the key, so that a pack can be checked by common tools too.
// Entries are stored uncompressed, sorted and without times: the same store and
// key give the same bytes, and [Verify] can tell any other byte.
package proof
