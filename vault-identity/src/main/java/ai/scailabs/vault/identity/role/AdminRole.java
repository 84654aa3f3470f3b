package ai.scailabs.vault.identity.role;

import ai.scailabs.vault.access.identity.Actor;
import java.util.List;
import java.util.Optional;

/** The roles that there are. Written in exactly one way: nothing is trimmed or folded, so that nothing else can become one. */
public enum AdminRole {
    TENANT_ADMIN(
            Actor.TENANT_ADMIN,
            "Manages policies and what belongs to the tenant. Reads no secret without a policy.",
            List.of(Actor.PARTNER_ADMIN, Actor.SUPER_ADMIN)),
    PARTNER_ADMIN(
            Actor.PARTNER_ADMIN,
            "The same in every tenant of the partner, and the partner's own policies and secrets. Changes roles.",
            List.of(Actor.PARTNER_ADMIN, Actor.SUPER_ADMIN)),
    SUPER_ADMIN(Actor.SUPER_ADMIN, "Changes roles, this one too.", List.of(Actor.SUPER_ADMIN));

    private final String wireName;
    private final String description;
    private final List<String> assignableBy;

    AdminRole(String wireName, String description, List<String> assignableBy) {
        this.wireName = wireName;
        this.description = description;
        this.assignableBy = assignableBy;
    }

    /** As tokens and the API write it. */
    public String wireName() {
        return wireName;
    }

    /** For people. */
    public String description() {
        return description;
    }

    /** The roles whose holders may give it and take it away. */
    public List<String> assignableBy() {
        return assignableBy;
    }

    /** Empty for every text but the three names, byte by byte. */
    public static Optional<AdminRole> parse(String text) {
        for (AdminRole role : values()) {
            if (role.wireName.equals(text)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
