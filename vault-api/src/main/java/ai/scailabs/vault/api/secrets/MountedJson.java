package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.secrets.listing.MetadataBatch;
import ai.scailabs.vault.secrets.listing.MountedPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lists of which some secrets lie in other vaults, each among ours in the order of paths. */
final class MountedJson {
    private MountedJson() {}

    static List<Object> merged(List<SecretView> own, List<MountedPath> mounted) {
        TreeMap<String, Object> items = new TreeMap<>();
        own.forEach(secret -> items.put(secret.path().value(), secret));
        mounted.forEach(secret -> items.put(secret.path().value(), secret));
        return new ArrayList<>(items.values());
    }

    /** Those that were asked for by name first, as they were asked for. */
    static Map<String, Object> byText(MetadataBatch batch) {
        Map<String, Object> items = new LinkedHashMap<>();
        batch.secrets().forEach((path, secret) -> items.put(path.value(), secret));
        batch.mounted().forEach(secret -> items.putIfAbsent(secret.path().value(), secret));
        return items;
    }

    static void write(JsonWriter json, Object secret) {
        if (secret instanceof MountedPath mounted) {
            SecretJson.write(json, mounted);
        } else {
            SecretJson.write(json, (SecretView) secret);
        }
    }

    /** Only where there is something to tell. */
    static void unavailable(JsonWriter json, List<MountSource> unavailable) {
        if (!unavailable.isEmpty()) {
            json.texts(
                    "unavailable_backends",
                    unavailable.stream().map(MountSource::name).sorted().toList());
        }
    }

    /** What the entry of a list tells of where it went. */
    static Map<String, Object> facts(List<MountedPath> mounted, List<MountSource> unavailable) {
        return told(mounted.stream().map(MountedPath::source).toList(), unavailable);
    }

    static Map<String, Object> facts(Collection<Object> secrets, List<MountSource> unavailable) {
        List<MountSource> served = new ArrayList<>();
        for (Object secret : secrets) {
            MountSource source =
                    secret instanceof MountedPath mounted ? mounted.source() : ((SecretView) secret).source();
            if (source != null) {
                served.add(source);
            }
        }
        return told(served, unavailable);
    }

    private static Map<String, Object> told(Collection<MountSource> served, Collection<MountSource> unavailable) {
        Map<String, Object> facts = new LinkedHashMap<>();
        put(facts, "backends", served);
        put(facts, "unavailable_backends", unavailable);
        return facts;
    }

    private static void put(Map<String, Object> facts, String name, Collection<MountSource> sources) {
        TreeSet<String> names = new TreeSet<>();
        sources.forEach(source -> names.add(source.name()));
        if (!names.isEmpty()) {
            facts.put(name, List.copyOf(names));
        }
    }
}
