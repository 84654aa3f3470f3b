package ai.scailabs.vault.api.keys;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyOverview;
import ai.scailabs.vault.tenancy.rotation.KeyOverview.PartnerGeneration;
import ai.scailabs.vault.tenancy.rotation.KeyOverview.TenantGeneration;
import java.util.List;

/** How keys and jobs are written. */
final class KeyJson {
    private KeyJson() {}

    static void overview(JsonWriter json, TenantId tenant, KeyOverview overview) {
        json.object(
                "root",
                root -> root.texts("key_ids", overview.rootKeyIds()).value("partner_keys", overview.rootUses()));
        List<PartnerGeneration> generations = overview.partner();
        if (generations == null) {
            json.value("partner", null);
        } else {
            json.object("partner", partner -> partner.objects("generations", generations, KeyJson::generation));
        }
        json.object(
                "tenant",
                own -> own.text("tenant_id", tenant.value())
                        .objects("generations", overview.tenant(), KeyJson::generation));
    }

    private static void generation(JsonWriter json, PartnerGeneration generation) {
        json.text("id", generation.id())
                .number("generation", generation.generation())
                .text("state", generation.state())
                .time("created_at", generation.createdAt())
                .texts("root_key_ids", generation.rootKeyIds())
                .value("tenant_keys", generation.tenantKeys());
    }

    private static void generation(JsonWriter json, TenantGeneration generation) {
        json.text("id", generation.id())
                .number("generation", generation.generation())
                .text("state", generation.state())
                .time("created_at", generation.createdAt())
                .value("rows", generation.rows());
    }

    static void job(JsonWriter json, KeyJob job) {
        json.text("job_id", job.id())
                .text("kind", job.kind().wireName())
                .text("level", job.kind().level().wireName())
                .text("trigger", job.trigger().wireName())
                .text("requested_by", job.requestedBy())
                .text("status", job.status().wireName())
                .time("created_at", job.createdAt())
                .time("started_at", job.startedAt())
                .time("finished_at", job.finishedAt())
                .text("key_id", job.keyIdText())
                .value("total", job.total())
                .number("processed", job.processed())
                .number("succeeded", job.succeeded())
                .number("failed", job.failed())
                .time("retry_at", job.retryAt())
                .text("problem", job.problem());
    }
}
