package ai.scailabs.vault.api.identity;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.identity.directory.GroupEntry;
import ai.scailabs.vault.identity.directory.MemberEntry;
import ai.scailabs.vault.identity.directory.PartnerEntry;
import ai.scailabs.vault.identity.directory.TenantEntry;
import ai.scailabs.vault.identity.directory.UserEntry;
import ai.scailabs.vault.identity.sync.SyncRun;
import java.util.List;

/** The mirror's entries as JSON. */
final class IdentityJson {
    private IdentityJson() {}

    static void partner(JsonWriter json, PartnerEntry partner) {
        json.text("id", partner.id())
                .text("name", partner.name())
                .text("slug", partner.slug())
                .text("region", partner.region())
                .text("status", partner.status())
                .time("last_synced_at", partner.lastSyncedAt());
    }

    static void tenant(JsonWriter json, TenantEntry tenant) {
        json.text("id", tenant.id())
                .text("partner_id", tenant.partnerId())
                .text("name", tenant.name())
                .text("slug", tenant.slug())
                .text("status", tenant.status())
                .time("last_synced_at", tenant.lastSyncedAt());
    }

    static void user(JsonWriter json, UserEntry user) {
        json.text("id", user.id())
                .text("tenant_id", user.tenantId())
                .text("email", user.email())
                .text("display_name", user.displayName())
                .text("status", user.status())
                .value("mfa_enabled", user.mfaEnabled())
                .texts("groups", user.groups())
                .texts("roles", user.roles())
                .time("last_synced_at", user.lastSyncedAt());
    }

    static void group(JsonWriter json, GroupEntry group) {
        json.text("id", group.id())
                .text("tenant_id", group.tenantId())
                .text("name", group.name())
                .text("description", group.description())
                .text("status", group.status())
                .number("member_count", group.memberCount())
                .time("last_synced_at", group.lastSyncedAt());
    }

    static void member(JsonWriter json, MemberEntry member) {
        json.text("user_id", member.userId())
                .text("email", member.email())
                .text("membership_type", member.membershipType())
                .time("added_at", member.addedAt());
    }

    static void resolved(JsonWriter json, UserEntry user) {
        json.text("id", user.id())
                .text("type", "user")
                .text("identity_id", user.identityId() == null ? "user:" + user.id() : user.identityId())
                .text("tenant_id", user.tenantId())
                .text("display_name", user.displayName())
                .text("email", user.email())
                .text("status", user.status())
                .texts("groups", user.groups())
                .texts("roles", user.roles())
                .time("last_synced_at", user.lastSyncedAt());
    }

    static void resolved(JsonWriter json, GroupEntry group) {
        json.text("id", group.id())
                .text("type", "group")
                .text("identity_id", group.identityId())
                .text("tenant_id", group.tenantId())
                .text("display_name", group.name())
                .text("email", null)
                .text("status", group.status())
                .texts("groups", List.of())
                .texts("roles", List.of())
                .time("last_synced_at", group.lastSyncedAt());
    }

    static void run(JsonWriter json, SyncRun run) {
        json.text("sync_id", run.id())
                .text("status", run.status().name())
                .text("trigger", run.scheduled() ? "schedule" : "request")
                .text("requested_by", run.requestedBy())
                .text("partner_id", run.isOfPartner() ? run.space().value() : null)
                .text("tenant_id", run.isOfPartner() ? null : run.space().value())
                .time("started_at", run.startedAt())
                .time("finished_at", run.finishedAt())
                .number("tenants", run.counts().tenants())
                .number("users", run.counts().users())
                .number("groups", run.counts().groups())
                .number("memberships", run.counts().memberships())
                .number("vanished", run.counts().vanished())
                .text("problem", run.problem());
    }
}
