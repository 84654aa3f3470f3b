package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What somebody had a permit for, when they asked for work that is done later: one thing, at one path of their tenant. It permits nothing by itself; {@link AccessControl#require(Mandate)} decides
 * whenever the work is done. Made of a {@link Permit} only, and of the text that it was kept as.
 */
public final class Mandate {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Caller caller;
    private final Permission permission;
    private final SecretPath path;
    private final Instant askedAt;

    Mandate(Caller caller, Permission permission, SecretPath path, Instant askedAt) {
        this.caller = caller;
        this.permission = permission;
        this.path = path;
        this.askedAt = askedAt;
    }

    Caller caller() {
        return caller;
    }

    Permission permission() {
        return permission;
    }

    /** Of the tenant's own. */
    public SecretPath path() {
        return path;
    }

    public TenantId tenant() {
        return caller.actor().tenant();
    }

    public PartnerId partner() {
        return caller.actor().partner();
    }

    /** Whose right it is. */
    public IdentityId identity() {
        return caller.actor().identity();
    }

    /** In which circumstances count: those of now are nobody's. */
    Instant askedAt() {
        return askedAt;
    }

    /** To be kept where only the service writes. Holds names and times. */
    public String encoded() {
        Actor actor = caller.actor();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("tenant", actor.tenant().value());
        members.put("partner", actor.partner().value());
        members.put("identity", actor.identity().value());
        members.put(
                "groups",
                actor.groups().stream().map(IdentityId::value).sorted().toList());
        Workload workload = actor.workload();
        members.put(
                "paths",
                workload == null
                        ? List.of()
                        : workload.paths().stream().map(PathGlob::pattern).toList());
        members.put("address", caller.address());
        members.put(
                "mfa_verified_at",
                actor.mfaVerifiedAt() == null ? null : actor.mfaVerifiedAt().toString());
        members.put("permission", permission.wireName());
        members.put("path", path.value());
        members.put("asked_at", askedAt.toString());
        return JSON.writeValueAsString(members);
    }

    /** The reverse of {@link #encoded()}. */
    public static Mandate of(String encoded) {
        JsonNode root = JSON.readTree(encoded);
        Instant askedAt = Instant.parse(root.path("asked_at").asString());
        Set<IdentityId> groups = new LinkedHashSet<>();
        root.path("groups").forEach(group -> groups.add(new IdentityId(group.asString())));
        List<PathGlob> paths = new ArrayList<>();
        root.path("paths").forEach(pattern -> paths.add(PathGlob.parse(pattern.asString())));
        IdentityId identity = new IdentityId(root.path("identity").asString());
        String mfa = text(root, "mfa_verified_at");
        Actor actor = new Actor(
                identity,
                null,
                identity.value(),
                new TenantId(root.path("tenant").asString()),
                new PartnerId(root.path("partner").asString()),
                Set.of(),
                groups,
                Set.of(),
                mfa == null ? null : Instant.parse(mfa),
                askedAt,
                null,
                paths.isEmpty() ? null : new Workload("", 0, "", "", paths));
        return new Mandate(
                new Caller(actor, text(root, "address")),
                Permission.parse(root.path("permission").asString()).orElseThrow(),
                new SecretPath(root.path("path").asString()),
                askedAt);
    }

    private static @Nullable String text(JsonNode root, String name) {
        return root.path(name).isString() ? root.path(name).asString() : null;
    }

    @Override
    public String toString() {
        return "Mandate[" + permission.wireName() + " of " + identity() + "]";
    }
}
