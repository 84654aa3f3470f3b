package ai.scailabs.vault.audit.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What both kinds of verifier keys are made of: a name, the kind's byte, and an Ed25519 public key. Its line is {@code name+id+base64(kind || key)}. */
final class NoteKey {
    static final int KEY_LENGTH = 32;
    static final int SIGNATURE_LENGTH = 64;

    /** A SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410 §4). */
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte kind;
    private final byte[] raw;
    private final PublicKey key;
    private final int id;

    /** @throws IllegalArgumentException when the name is none, or the bytes are no point of the curve */
    NoteKey(String name, byte kind, byte[] raw) {
        if (!NoteText.isName(name) || raw.length != KEY_LENGTH) {
            throw new IllegalArgumentException("not the name and key of a verifier");
        }
        this.name = name;
        this.kind = kind;
        this.raw = raw.clone();
        this.key = publicKey(raw);
        byte[] prefix = NoteText.concat((name + '\n').getBytes(StandardCharsets.UTF_8), new byte[] {kind});
        this.id = ByteBuffer.wrap(sha256(NoteText.concat(prefix, raw))).getInt();
    }

    /** Reads a line of that kind. */
    static NoteKey parse(String line, byte kind) throws InvalidNote {
        int first = line.indexOf('+');
        int second = line.indexOf('+', first + 1);
        if (first < 0 || second < 0) {
            throw InvalidNote.malformed("is not name+id+key");
        }
        byte[] typed =
                NoteText.base64(line.substring(second + 1)).orElseThrow(() -> InvalidNote.malformed("is not base64"));
        if (typed.length != 1 + KEY_LENGTH || typed[0] != kind) {
            throw InvalidNote.malformed("is a key of another kind");
        }
        NoteKey read;
        try {
            read = new NoteKey(line.substring(0, first), kind, Arrays.copyOfRange(typed, 1, typed.length));
        } catch (IllegalArgumentException e) {
            throw InvalidNote.malformed("holds no name, or no key");
        }
        if (!read.line().equals(line)) {
            throw InvalidNote.malformed("has an id that is not this key's");
        }
        return read;
    }

    String name() {
        return name;
    }

    int id() {
        return id;
    }

    byte[] raw() {
        return raw.clone();
    }

    String line() {
        return name
                + '+'
                + HexFormat.of().toHexDigits(id)
                + '+'
                + NoteText.base64(NoteText.concat(new byte[] {kind}, raw));
    }

    /** The one signature under this key's name and id. */
    byte[] signature(SignedNote note) throws InvalidNote {
        List<NoteSignature> mine = note.signatures().stream()
                .filter(each -> each.name().equals(name) && each.keyId() == id)
                .toList();
        if (mine.isEmpty()) {
            throw new InvalidNote(InvalidNote.Reason.NOT_SIGNED, "is not signed by the key that is asked for");
        }
        return mine.getFirst().signature();
    }

    void verify(byte[] message, byte[] signature) throws InvalidNote {
        if (!isSigned(message, signature)) {
            throw new InvalidNote(InvalidNote.Reason.WRONG_SIGNATURE, "bears a signature that the key did not make");
        }
    }

    /** By the Java runtime, the one thing that whoever proves something has to trust anyway. */
    private boolean isSigned(byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return signature.length == SIGNATURE_LENGTH && verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks Ed25519", e);
        }
    }

    private static PublicKey publicKey(byte[] raw) {
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(NoteText.concat(SPKI, raw)));
            // The bytes are first taken for a point here.
            Signature.getInstance("Ed25519").initVerify(key);
            return key;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks Ed25519", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }
}
