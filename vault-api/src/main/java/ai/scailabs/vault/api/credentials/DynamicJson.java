package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineHealth;
import ai.scailabs.vault.credentials.dynamic.Role;
import ai.scailabs.vault.credentials.lease.GrantedLease;
import ai.scailabs.vault.credentials.lease.Lease;
import org.jspecify.annotations.Nullable;

/** Engines, roles and leases as the API writes them. */
final class DynamicJson {
    private DynamicJson() {}

    static void engine(JsonWriter json, Engine engine) {
        json.text("id", engine.text())
                .text("name", engine.name())
                .text("description", engine.description())
                .text("type", engine.config().kind().code())
                .json("config", engine.config().members().toString())
                .text("default_ttl", engine.terms().defaultTtl())
                .text("max_ttl", engine.terms().maxTtl())
                .value("max_leases", engine.maxLeases())
                .text("identity", engine.identity().value())
                .text("state", engine.leaving() ? "deleting" : "active")
                .object("health", health -> health(health, engine.health()))
                .number("revision", engine.revision())
                .time("created_at", engine.createdAt())
                .text("created_by", engine.createdBy())
                .time("updated_at", engine.updatedAt());
    }

    static void health(JsonWriter json, EngineHealth health) {
        json.flag("healthy", health.healthy()).time("checked_at", health.checkedAt());
        problem(json, health.code(), health.message());
    }

    private static void problem(JsonWriter json, @Nullable String code, @Nullable String message) {
        if (code == null) {
            json.value("error", null);
        } else {
            json.object("error", error -> error.text("code", code).text("message", message));
        }
    }

    static void role(JsonWriter json, Role role) {
        json.text("id", role.text()).text("name", role.name()).text("description", role.description());
        role.recipe()
                .members()
                .properties()
                .forEach(member -> json.json(member.getKey(), member.getValue().toString()));
        json.text("default_ttl", role.defaultTtl())
                .text("max_ttl", role.maxTtl())
                .value("max_leases", role.maxLeases())
                .number("revision", role.revision())
                .time("created_at", role.createdAt())
                .text("created_by", role.createdBy())
                .time("updated_at", role.updatedAt());
    }

    static void granted(JsonWriter json, GrantedLease granted) {
        head(json, granted.lease());
        json.secret("data", granted.data());
        times(json, granted.lease());
    }

    static void renewed(JsonWriter json, Lease lease) {
        head(json, lease);
        times(json, lease);
    }

    static void lease(JsonWriter json, Lease lease) {
        head(json, lease);
        json.text("account", lease.account().name())
                .text("identity_id", lease.holder().value())
                .text("state", lease.state().wireName())
                .text("reason", lease.reason());
        times(json, lease);
        json.time("max_expires_at", lease.latestAt())
                .time("ended_at", lease.endedAt())
                .number("failed_attempts", lease.attempts());
        problem(json, lease.errorCode(), lease.errorMessage());
    }

    private static void head(JsonWriter json, Lease lease) {
        json.text("lease_id", lease.text()).text("engine", lease.engine()).text("role", lease.role());
    }

    private static void times(JsonWriter json, Lease lease) {
        json.number("ttl_seconds", (lease.left().toMillis() + 500) / 1_000)
                .flag("renewable", lease.renewable())
                .time("issued_at", lease.issuedAt())
                .time("expires_at", lease.expiresAt());
    }
}
