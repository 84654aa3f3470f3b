package ai.scailabs.vault.access.token;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * For metrics and readiness; counts grow from the start of the process.
 *
 * @param verifications tokens that were parsed and checked in full
 * @param cachedTokens tokens whose next use costs a look-up
 * @param keyFetches attempts to fetch an issuer's keys, failures included
 * @param oldestKeys how long ago the issuer that was heard least recently was heard; absent while one was never heard
 * @param introspections questions to the issuer about personal tokens, failures included
 */
public record TokenStatistics(
        long verifications,
        long cachedTokens,
        long keyFetches,
        long failedKeyFetches,
        @Nullable Duration oldestKeys,
        long introspections,
        long failedIntrospections) {}
