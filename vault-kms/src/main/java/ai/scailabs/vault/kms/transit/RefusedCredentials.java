package ai.scailabs.vault.kms.transit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What a server has refused at a login is not shown to it again before it changes, or five minutes have passed: servers lock out whom they refuse too often. Of the process, as a root key that
 * cannot be opened is opened again and again.
 */
final class RefusedCredentials {
    private static final Duration TIME = Duration.ofMinutes(5);
    private static final ConcurrentMap<String, Refused> REFUSED = new ConcurrentHashMap<>();

    private final String whose;
    private final Clock clock;

    /** @param whose the role and its server */
    RefusedCredentials(String whose, Clock clock) {
        this.whose = whose;
        this.clock = clock;
    }

    /** @throws TransitTrouble when it was refused */
    void requireUntried(String credential) throws TransitTrouble {
        Refused before = REFUSED.get(whose);
        if (before != null
                && Arrays.equals(before.hash(), hash(credential))
                && clock.instant().isBefore(before.at().plus(TIME))) {
            throw new TransitTrouble(
                    TransitTrouble.Kind.NO_LOGIN,
                    "the server has refused these credentials, which are not tried again for five minutes or before they change");
        }
    }

    void refused(String credential) {
        REFUSED.put(whose, new Refused(hash(credential), clock.instant()));
    }

    void taken() {
        REFUSED.remove(whose);
    }

    private static byte[] hash(String credential) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(credential.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    private record Refused(byte[] hash, Instant at) {}
}
