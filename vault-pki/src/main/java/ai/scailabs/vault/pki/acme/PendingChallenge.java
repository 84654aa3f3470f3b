package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.pki.dns.Placement;
import org.jspecify.annotations.Nullable;

/**
 * What a directory looks for to believe one name.
 *
 * @param position among those of its order
 * @param location of the challenge, as the directory calls it
 * @param serverName by which TLS asks for it; null for other challenges
 * @param recordValue of a record in DNS; null for other challenges
 * @param where that lies; null before it is known
 * @param placed whether it is there
 * @param triggered whether the directory was told to look
 */
record PendingChallenge(
        int position,
        String name,
        ChallengeType type,
        String location,
        String token,
        String keyAuthorization,
        @Nullable String serverName,
        @Nullable String recordValue,
        @Nullable Placement where,
        boolean placed,
        boolean triggered) {
    /** Of the name in DNS (RFC 8555 §8.4). */
    String recordName() {
        return "_acme-challenge." + name;
    }

    @Override
    public String toString() {
        return "PendingChallenge[" + type.wireName() + " " + name + "]";
    }
}
