package ai.scailabs.vault.credentials.ssh;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a certificate of OpenSSH says (its PROTOCOL.certkeys), before it is signed. One that names nobody would be good for anybody, and one without an end is never over; neither can be made.
 *
 * @param serial not signed, and never zero, as what has no number cannot be revoked by it
 * @param keyId what servers write into their logs
 * @param principals as whom somebody may log in, or what the host is called; in order, each once
 * @param validAfter from this second on, since 1970
 * @param validBefore until this second, which is the first when it is over
 * @param criticalOptions whoever does not know one of them refuses the certificate; empty the value of those that have none
 * @param extensions what is permitted; empty the value of those that have none
 */
public record SshCertificate(
        SshCertificateType type,
        SubjectKey key,
        long serial,
        String keyId,
        List<String> principals,
        long validAfter,
        long validBefore,
        SortedMap<String, String> criticalOptions,
        SortedMap<String, String> extensions) {
    /** OpenSSH reads no more. */
    static final int MAX_PRINCIPALS = 256;

    static final int MAX_KEY_ID = 255;

    /** @throws IllegalArgumentException for what must never be signed */
    public SshCertificate {
        principals = List.copyOf(new TreeSet<>(principals));
        criticalOptions = inOrder(criticalOptions);
        extensions = inOrder(extensions);
        require(!principals.isEmpty(), "a certificate that names nobody is for anybody");
        require(principals.size() <= MAX_PRINCIPALS, "a certificate has " + MAX_PRINCIPALS + " principals at most");
        for (String principal : principals) {
            require(PrincipalSyntax.problem(type, principal).isEmpty(), "a principal is no name");
        }
        require(serial != 0, "a certificate has a serial number");
        require(
                !keyId.isEmpty() && keyId.length() <= MAX_KEY_ID && PrincipalSyntax.isPrintable(keyId),
                "a key id is a text for logs");
        require(validAfter >= 0 && validBefore > validAfter, "a certificate has a time to be valid");
        require(
                type == SshCertificateType.USER || (criticalOptions.isEmpty() && extensions.isEmpty()),
                "a host's certificate has no options");
    }

    /** In that of the names, as servers want them, whatever the order was. */
    private static SortedMap<String, String> inOrder(Map<String, String> options) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(options));
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** A number for a new certificate: 64 random bits, not all of them zero. As a text it is {@link #serialText}. */
    public static long randomSerial(SecureRandom random) {
        long serial;
        do {
            serial = random.nextLong();
        } while (serial == 0);
        return serial;
    }

    /** The number as OpenSSH writes it, without a sign. */
    public String serialText() {
        return Long.toUnsignedString(serial);
    }

    /** All that is signed. */
    byte[] encode(byte[] nonce, byte[] authority) {
        WireWriter names = new WireWriter();
        principals.forEach(names::text);
        return new WireWriter()
                .text(key.type().certificateName())
                .string(nonce)
                .raw(key.fields())
                .uint64(serial)
                .uint32(type.number())
                .text(keyId)
                .string(names)
                .uint64(validAfter)
                .uint64(validBefore)
                .string(options(criticalOptions))
                .string(options(extensions))
                .text("")
                .string(authority)
                .toBytes();
    }

    /** A value is a string within the string. */
    private static WireWriter options(SortedMap<String, String> options) {
        WireWriter encoded = new WireWriter();
        for (Map.Entry<String, String> option : options.entrySet()) {
            WireWriter value = new WireWriter();
            if (!option.getValue().isEmpty()) {
                value.text(option.getValue());
            }
            encoded.text(option.getKey()).string(value);
        }
        return encoded;
    }
}
