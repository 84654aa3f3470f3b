package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A public key that somebody wants certified: of a kind that {@link SubjectKeyType} names, in its one encoding, its point on its curve. Never a certificate: what is signed in the place of a key would count for
 * more than a key. Immutable.
 */
public final class SubjectKey {
    /** A key of RSA with 16,384 bits takes 2,800 characters, and comments have the rest. */
    static final int MAX_LINE = 8_192;

    static final int MIN_RSA_BITS = 2_048;
    /** OpenSSH reads no longer numbers. */
    static final int MAX_RSA_BITS = 16_384;

    /** No strong key has a larger exponent; one that large would make servers work for whoever sent it. */
    private static final int MAX_EXPONENT_BITS = 64;

    private static final String FIELD = "public_key";
    private static final String DSA = "ssh-dss";
    private static final int ED25519_BITS = 256;
    private static final Pattern APPLICATION = Pattern.compile("ssh:[!-~]{0,251}");

    private final SubjectKeyType type;
    private final int bits;
    private final byte[] fields;

    private SubjectKey(SubjectKeyType type, int bits, byte[] fields) {
        this.type = type;
        this.bits = bits;
        this.fields = fields;
    }

    /**
     * Reads one line, as files that end with {@code .pub} have it: type, base 64, and perhaps a comment, which is not kept. The line may end with a line break.
     *
     * @throws VaultException {@code validation_error} for anything else; it repeats nothing of the line
     */
    public static SubjectKey parse(String line) {
        String text = plain(line);
        int first = text.indexOf(' ');
        String name = first < 0 ? text : text.substring(0, first);
        SubjectKeyType type = SubjectKeyType.of(name).orElseThrow(() -> unknown(name));
        int second = text.indexOf(' ', first + 1);
        String key = first < 0 ? "" : second < 0 ? text.substring(first + 1) : text.substring(first + 1, second);
        WireReader reader = new WireReader(decoded(key));
        if (!reader.name().equals(name)) {
            throw refused("is of another type than its first word says");
        }
        byte[] fields = reader.rest();
        int bits = check(type, reader);
        reader.requireEnd();
        return new SubjectKey(type, bits, fields);
    }

    private static String plain(String line) {
        if (line.length() > MAX_LINE) {
            throw refused("has more than " + MAX_LINE + " characters");
        }
        String text = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
        text = text.length() < line.length() && text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw refused("must be one line");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw refused("has a control character");
        }
        return text;
    }

    private static VaultException unknown(String name) {
        if (name.endsWith(SubjectKeyType.CERTIFICATE_SUFFIX)) {
            return refused("is a certificate, and must be a key");
        }
        if (name.equals(DSA)) {
            return refused("is a key of DSA, which is too weak");
        }
        return refused(
                "must begin with a type of key that is supported, such as ssh-ed25519, without options before it");
    }

    private static byte[] decoded(String key) {
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException malformed) {
            throw refused("is not in base 64");
        }
        // The decoder does without padding, and passes over bits that are left.
        if (blob.length == 0 || !Base64.getEncoder().encodeToString(blob).equals(key)) {
            throw refused("is not in base 64");
        }
        return blob;
    }

    /** @return how many bits the key has */
    private static int check(SubjectKeyType type, WireReader reader) {
        NistCurve curve = type.curve();
        int bits = type == SubjectKeyType.RSA ? rsa(reader) : curve == null ? ed25519(reader) : ecdsa(reader, curve);
        if (type.isSecurityKey() && !APPLICATION.matcher(reader.name()).matches()) {
            throw refused("is of a security key, and not for SSH");
        }
        return bits;
    }

    private static int ed25519(WireReader reader) {
        byte[] point = reader.string();
        if (point.length != PublicKeyBlob.ED25519_BYTES || !EdwardsPoint.isKey(point)) {
            throw refused("has a point that is no key of Ed25519");
        }
        return ED25519_BITS;
    }

    private static int ecdsa(WireReader reader, NistCurve curve) {
        if (!reader.name().equals(curve.wireName())) {
            throw refused("is on another curve than its type says");
        }
        if (!curve.isPoint(reader.string())) {
            throw refused("has a point that is not on its curve");
        }
        return curve.bits();
    }

    private static int rsa(WireReader reader) {
        BigInteger exponent = reader.positive();
        BigInteger modulus = reader.positive();
        if (exponent.bitLength() > MAX_EXPONENT_BITS || !exponent.testBit(0) || exponent.equals(BigInteger.ONE)) {
            throw refused("has an exponent that is even, 1, or longer than " + MAX_EXPONENT_BITS + " bits");
        }
        int bits = modulus.bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw refused("of RSA must have " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " bits");
        }
        if (!modulus.testBit(0)) {
            throw refused("has an even modulus");
        }
        return bits;
    }

    static VaultException refused(String problem) {
        return VaultException.invalidField(FIELD, problem);
    }

    public SubjectKeyType type() {
        return type;
    }

    /** Of the modulus, or of the curve. */
    public int bits() {
        return bits;
    }

    /** As OpenSSH shows it: {@code SHA256:} and base 64 without padding. */
    public String fingerprint() {
        return PublicKeyBlob.fingerprint(blob());
    }

    /** What stood in the line in base 64. */
    public byte[] blob() {
        return new WireWriter().text(type.wireName()).raw(fields).toBytes();
    }

    /** The blob but for its type: what a certificate has of a key. Not to be changed. */
    byte[] fields() {
        return fields;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SubjectKey key && key.line().equals(line());
    }

    @Override
    public int hashCode() {
        return line().hashCode();
    }

    /** One line without a comment. */
    public String line() {
        return type.wireName() + " " + Base64.getEncoder().encodeToString(blob());
    }

    @Override
    public String toString() {
        return type.wireName() + " " + fingerprint();
    }
}
