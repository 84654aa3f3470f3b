package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.revocation.RevocableToken;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who asked for something that goes on: to be told of whatever they may read, or to have another vault's secrets copied wherever they may write. It permits nothing by itself: {@link AccessControl#readable(StandingRight)} and {@link
 * AccessControl#require(StandingRight, Permission, SecretPath)} decide whenever there is something to do, by the policies of that moment and under the conditions that held when it was asked for. It ends as a token of theirs would that was issued then.
 */
public final class StandingRight {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** A mandate is for a path; this one is for none in particular. */
    private static final SecretPath ANYWHERE = new SecretPath("events");

    private final Mandate mandate;
    private final TenantId home;
    private final @Nullable IdentityId subject;
    private final @Nullable String trust;

    private StandingRight(Mandate mandate, TenantId home, @Nullable IdentityId subject, @Nullable String trust) {
        this.mandate = mandate;
        this.home = home;
        this.subject = subject;
        this.trust = trust;
    }

    /** @param home the tenant of their token, which may be another than that of the paths */
    public static StandingRight of(Caller caller, TenantId home, Instant askedAt) {
        Actor actor = caller.actor();
        Workload workload = actor.workload();
        return new StandingRight(
                new Mandate(caller, Permission.READ, ANYWHERE, askedAt),
                home,
                actor.subject(),
                workload == null ? null : workload.revocableTrust());
    }

    Caller caller() {
        return mandate.caller();
    }

    Instant askedAt() {
        return mandate.askedAt();
    }

    Mandate at(Permission permission, SecretPath path) {
        return new Mandate(mandate.caller(), permission, path, mandate.askedAt());
    }

    public TenantId tenant() {
        return mandate.tenant();
    }

    public PartnerId partner() {
        return mandate.partner();
    }

    /** Whose right it is. */
    public IdentityId identity() {
        return mandate.identity();
    }

    /** What revokes it: whatever would revoke such a token. */
    public RevocableToken asToken() {
        return new RevocableToken(
                home,
                mandate.identity(),
                subject,
                null,
                "",
                trust,
                mandate.askedAt().toEpochMilli());
    }

    /** Whether what was asked for is theirs to look at and to end: with a token that was narrowed, what was asked for under the same trust alone. */
    public boolean isWithin(Actor actor) {
        Workload workload = actor.workload();
        return workload == null
                || workload.paths().isEmpty()
                || trust != null && trust.startsWith(workload.trustId() + ":");
    }

    /** To be kept where only the service writes. Holds names and times. */
    public String encoded() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("mandate", mandate.encoded());
        members.put("home", home.value());
        members.put("subject", subject == null ? null : subject.value());
        members.put("trust", trust);
        return JSON.writeValueAsString(members);
    }

    /** The reverse of {@link #encoded()}. */
    public static StandingRight of(String encoded) {
        JsonNode root = JSON.readTree(encoded);
        JsonNode subject = root.path("subject");
        JsonNode trust = root.path("trust");
        return new StandingRight(
                Mandate.of(root.path("mandate").asString()),
                new TenantId(root.path("home").asString()),
                subject.isString() ? new IdentityId(subject.asString()) : null,
                trust.isString() ? trust.asString() : null);
    }

    @Override
    public String toString() {
        return "StandingRight[" + mandate.identity() + "]";
    }
}
