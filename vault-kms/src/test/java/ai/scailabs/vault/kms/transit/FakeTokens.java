package ai.scailabs.vault.kms.transit;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Tokens as {@link StrictTransit} gives and takes them: each has a time, rights, and an end that renewing moves no further than its longest time. */
final class FakeTokens {
    private final Map<String, FakeToken> tokens = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();
    volatile Duration time = Duration.ofHours(1);
    volatile Duration longest = Duration.ofHours(8);
    volatile boolean renewable = true;
    volatile boolean mayReadKeys = true;
    volatile boolean mayUseKeys = true;

    /** A new one. */
    FakeToken make() {
        Instant now = Instant.now();
        FakeToken token = new FakeToken(
                "s.fake" + made.incrementAndGet(), now, now.plus(longest), now.plus(time), time, renewable);
        tokens.put(token.id(), token);
        return token;
    }

    int made() {
        return made.get();
    }

    Optional<FakeToken> valid(String id) {
        return Optional.ofNullable(tokens.get(id)).filter(token -> Instant.now().isBefore(token.until()));
    }

    FakeToken renew(FakeToken token) {
        Instant wanted = Instant.now().plus(token.time());
        Instant until = wanted.isBefore(token.atMost()) ? wanted : token.atMost();
        FakeToken renewed =
                new FakeToken(token.id(), token.since(), token.atMost(), until, token.time(), token.renewable());
        tokens.put(token.id(), renewed);
        return renewed;
    }

    void revokeAll() {
        tokens.clear();
    }

    /** @param until when it ends now; @param atMost when it ends at the latest */
    record FakeToken(String id, Instant since, Instant atMost, Instant until, Duration time, boolean renewable) {
        /** Rounded up, as for a person. */
        long secondsLeft() {
            return Math.max(0, (Duration.between(Instant.now(), until).toMillis() + 999) / 1000);
        }
    }
}
