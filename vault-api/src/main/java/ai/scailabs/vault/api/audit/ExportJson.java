package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.audit.export.Export;
import ai.scailabs.vault.audit.export.ExportFailure;
import ai.scailabs.vault.audit.export.ExportOrder;
import ai.scailabs.vault.audit.export.ExportStatus;
import ai.scailabs.vault.audit.export.ExportedFile;
import ai.scailabs.vault.audit.store.Destination;
import java.util.List;

/** How exports are written in answers. */
final class ExportJson {
    private ExportJson() {}

    static void export(JsonWriter json, Export export) {
        Export.State state = export.state();
        ExportOrder order = export.order();
        ExportFailure failure = state.failure();
        ExportFailure heldUp = state.heldUp();
        json.text("export_id", export.id())
                .text("status", state.status().wireName())
                .text("format", order.format().wireName())
                .flag("continuous", order.continuous())
                .time("from", order.from())
                .time("to", order.to())
                .value("filters", order.filters().named())
                .object("destination", place -> destination(place, order))
                .text("created_by", export.createdBy())
                .time("created_at", export.createdAt())
                .time("started_at", state.startedAt())
                .time("finished_at", state.finishedAt())
                .number("estimated_records", export.estimated())
                .object(
                        "progress",
                        progress -> progress.number("entries", state.totals().entries())
                                .number("missing", state.totals().missing())
                                .number("files", state.totals().files())
                                .number("bytes", state.totals().bytes())
                                .number("parts", state.totals().parts())
                                .number("next_index", state.part().next())
                                .number("tree_size", state.part().treeSize()))
                .text("held_up_by", heldUp == null ? null : heldUp.code())
                .time("retry_at", heldUp == null ? null : state.retryAt())
                .text("error_code", failure == null ? null : failure.code())
                .text("error_message", failure == null ? null : failure.sentence());
    }

    private static void destination(JsonWriter json, ExportOrder order) {
        Destination destination = order.destination();
        json.text("type", destination.type())
                .text("bucket", destination.bucket())
                .text("prefix", destination.prefix())
                .text(
                        "endpoint",
                        destination.endpoint() == null
                                ? null
                                : destination.endpoint().toString())
                .text("region", destination instanceof Destination.S3 s3 ? s3.region() : null)
                .text("account", destination instanceof Destination.AzureBlob azure ? azure.account() : null)
                .text(
                        "credentials_path",
                        order.credentialsPath() == null
                                ? null
                                : order.credentialsPath().value())
                .text("object_lock", order.lock().wireName());
    }

    /** Only of what is complete: of a bounded export when it is, of a continuous one its complete parts. */
    static void manifest(JsonWriter json, Export export, List<ExportedFile> files) {
        boolean complete = export.order().continuous()
                ? export.state().totals().parts() > 0
                : export.state().status() == ExportStatus.COMPLETED;
        if (!complete) {
            json.value("manifest", null);
            return;
        }
        json.object(
                "manifest",
                manifest -> manifest.text("folder", export.order().destination().prefix() + export.id() + "/")
                        .objects("files", files, (file, each) -> file(file, export, each)));
    }

    private static void file(JsonWriter json, Export export, ExportedFile file) {
        String folder = export.folder(file.part());
        json.text("name", (folder + "/" + file.name()).substring(export.id().length() + 1))
                .number("entries", file.entries())
                .number("bytes", file.bytes())
                .text("sha256", file.sha256())
                .flag("locked", file.locked())
                .value("first_index", file.firstIndex())
                .value("end_index", file.endIndex());
    }
}
