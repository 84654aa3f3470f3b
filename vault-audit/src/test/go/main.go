// Checks proofs and checkpoints with the libraries of others: transparency-dev/merkle for the tree, x/mod/sumdb/note and transparency-dev/formats for
// notes. Reads one JSON question a line and answers each with one JSON line; knows nothing of the service.
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

type question struct {
	Op        string   `json:"op"`
	Leaf      []byte   `json:"leaf"`
	Index     uint64   `json:"index"`
	Size      uint64   `json:"size"`
	First     uint64   `json:"first"`
	Second    uint64   `json:"second"`
	Root      []byte   `json:"root"`
	FirstRoot []byte   `json:"first_root"`
	Hashes    [][]byte `json:"hashes"`
	Note      string   `json:"note"`
	Origin    string   `json:"origin"`
	Key       string   `json:"key"`
	Witnesses []string `json:"witnesses"`
	Name      string   `json:"name"`
	Seed      []byte   `json:"seed"`
}

type answer struct {
	OK        bool     `json:"ok"`
	Error     string   `json:"error,omitempty"`
	Size      uint64   `json:"size"`
	Root      []byte   `json:"root,omitempty"`
	Witnesses []string `json:"witnesses,omitempty"`
	Note      string   `json:"note,omitempty"`
	Key       string   `json:"key,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		var q question
		a := answer{}
		err := json.Unmarshal(in.Bytes(), &q)
		if err == nil {
			err = reply(q, &a)
		}
		a.OK = err == nil
		if err != nil {
			a.Error = err.Error()
		}
		if err := json.NewEncoder(out).Encode(a); err != nil {
			panic(err)
		}
		out.Flush()
	}
}

func reply(q question, a *answer) error {
	switch q.Op {
	case "inclusion":
		return proof.VerifyInclusion(rfc6962.DefaultHasher, q.Index, q.Size, rfc6962.DefaultHasher.HashLeaf(q.Leaf), q.Hashes, q.Root)
	case "consistency":
		return proof.VerifyConsistency(rfc6962.DefaultHasher, q.First, q.Second, q.Hashes, q.FirstRoot, q.Root)
	case "checkpoint":
		return checkpoint(q, a)
	case "sign", "cosign":
		return sign(q, a)
	}
	return errors.New("no such question")
}

// A checkpoint of that origin, signed by that key, and by which of those witnesses.
func checkpoint(q question, a *answer) error {
	verifier, err := note.NewVerifier(q.Key)
	if err != nil {
		return err
	}
	var witnesses []note.Verifier
	for _, line := range q.Witnesses {
		witness, err := fnote.NewVerifierForCosignatureV1(line)
		if err != nil {
			return err
		}
		witnesses = append(witnesses, witness)
	}
	parsed, rest, opened, err := log.ParseCheckpoint([]byte(q.Note), q.Origin, verifier, witnesses...)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("more lines than three")
	}
	a.Size, a.Root = parsed.Size, parsed.Hash
	for _, signature := range opened.Sigs {
		if signature.Name != verifier.Name() {
			a.Witnesses = append(a.Witnesses, signature.Name)
		}
	}
	return nil
}

// Signs a text, or a note once more, and tells the line of the key.
func sign(q question, a *answer) error {
	private := ed25519.NewKeyFromSeed(q.Seed)
	line, err := note.NewEd25519VerifierKey(q.Name, private.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	secret := "PRIVATE+KEY+" + line[:len(q.Name)+10] + base64.StdEncoding.EncodeToString(append([]byte{1}, q.Seed...))
	var signer note.Signer
	if q.Op == "cosign" {
		if line, err = fnote.VKeyToCosignatureV1(line); err != nil {
			return err
		}
		signer, err = fnote.NewSignerForCosignatureV1(secret)
	} else {
		signer, err = note.NewSigner(secret)
	}
	if err != nil {
		return err
	}
	text := &note.Note{Text: q.Note}
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open([]byte(q.Note), note.VerifierList()); errors.As(err, &unverified) {
		text = unverified.Note
	}
	signed, err := note.Sign(text, signer)
	a.Note, a.Key = string(signed), line
	return err
}
