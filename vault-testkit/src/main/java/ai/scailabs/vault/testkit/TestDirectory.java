package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The lists of a ScaiKey: partners, tenants, people, groups, members, page by page in the order of their ids, each page with the moment at which it was true. Strict: a parameter
 * that it does not know, or a limit out of range, is refused. {@link TestIssuer} serves it below {@code /api/v1/directory} to whom it also answers about personal tokens.
 * Thread-safe.
 */
public final class TestDirectory {
    private static final int MAX_LIMIT = 200;
    private static final Pattern QUERY =
            Pattern.compile("limit=(?<limit>[0-9]{1,4})(?:&after=(?<after>[A-Za-z0-9_-]{1,68}))?");

    private final Clock clock;
    private final Map<String, ConcurrentSkipListMap<String, Map<String, Object>>> lists = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int pageSize = MAX_LIMIT;
    private volatile boolean endless;
    private volatile @Nullable String instead;
    private volatile int pausedRequest;
    private volatile CountDownLatch pauseLatch = new CountDownLatch(0);

    TestDirectory(Clock clock) {
        this.clock = clock;
        begin("/partners");
    }

    public TestDirectory partner(String id, Object... members) {
        put("/partners", id, fields("id", id, members));
        begin("/partners/" + id + "/tenants");
        return this;
    }

    public TestDirectory tenant(String partner, String id, Object... members) {
        Map<String, Object> tenant = fields("id", id, members);
        tenant.put("partner_id", partner);
        put("/partners/" + partner + "/tenants", id, tenant);
        put("/tenants", id, tenant);
        begin("/tenants/" + id + "/users");
        begin("/tenants/" + id + "/groups");
        return this;
    }

    public TestDirectory user(String tenant, String id, Object... members) {
        put("/tenants/" + tenant + "/users", id, fields("id", id, members));
        return this;
    }

    public TestDirectory group(String tenant, String id, Object... members) {
        put("/tenants/" + tenant + "/groups", id, fields("id", id, members));
        begin("/tenants/" + tenant + "/groups/" + id + "/members");
        return this;
    }

    public TestDirectory member(String tenant, String group, String user, Object... members) {
        put("/tenants/" + tenant + "/groups/" + group + "/members", user, fields("user_id", user, members));
        return this;
    }

    /** @param list for example {@code /tenants/tnt_a/users} */
    public TestDirectory remove(String list, String id) {
        lists.getOrDefault(list, new ConcurrentSkipListMap<>()).remove(id);
        return this;
    }

    /** Gives no more than so many at once, whatever the caller would take. */
    public TestDirectory pagesOf(int items) {
        this.pageSize = items;
        return this;
    }

    /** Every list goes on without an end, with ids that grow. */
    public TestDirectory endless(boolean wanted) {
        this.endless = wanted;
        return this;
    }

    /** What it answers to everything, be it JSON or not; null for the truth. */
    public TestDirectory answerWith(@Nullable String body) {
        this.instead = body;
        return this;
    }

    /** The answer to that request, counted from the first of all, waits until the latch is open. */
    public TestDirectory pauseAt(int number, CountDownLatch latch) {
        this.pauseLatch = latch;
        this.pausedRequest = number;
        return this;
    }

    /** What was asked for, in order: path and query below the directory. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private ConcurrentSkipListMap<String, Map<String, Object>> begin(String list) {
        return lists.computeIfAbsent(list, name -> new ConcurrentSkipListMap<>());
    }

    private void put(String list, String id, Map<String, Object> item) {
        begin(list).put(id, item);
    }

    private static Map<String, Object> fields(String idName, String id, Object... members) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(idName, id);
        for (int i = 0; i < members.length; i += 2) {
            fields.put((String) members[i], members[i + 1]);
        }
        return fields;
    }

    /** @param path below the directory; empty for what is not there */
    Optional<String> answer(String path, @Nullable String query) {
        requests.add(query == null ? path : path + "?" + query);
        if (requests.size() == pausedRequest) {
            awaitUnlessInterrupted(pauseLatch);
        }
        if (instead != null) {
            return Optional.of(instead);
        }
        String parent = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        if (query == null) {
            Map<String, Object> item =
                    lists.getOrDefault(parent, new ConcurrentSkipListMap<>()).get(path.substring(parent.length() + 1));
            return item == null ? Optional.empty() : Optional.of(json(Map.of("as_of", now(), "item", item)));
        }
        Matcher asked = QUERY.matcher(query);
        if (!asked.matches() || Integer.parseInt(asked.group("limit")) > MAX_LIMIT) {
            return Optional.of("{\"error\":\"a query that is not known\"}");
        }
        String after = asked.group("after") == null ? "" : asked.group("after");
        if (endless) {
            return Optional.of(json(Map.of("as_of", now(), "items", invented(after), "has_more", true)));
        }
        ConcurrentSkipListMap<String, Map<String, Object>> list = lists.get(path);
        if (list == null) {
            return Optional.empty();
        }
        int limit = Math.min(pageSize, Integer.parseInt(asked.group("limit")));
        List<Map<String, Object>> rest =
                new ArrayList<>(list.tailMap(after, false).values());
        return Optional.of(json(Map.of(
                "as_of", now(),
                "items", rest.subList(0, Math.min(limit, rest.size())),
                "has_more", rest.size() > limit)));
    }

    private static void awaitUnlessInterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Map<String, Object>> invented(String after) {
        int from = after.isEmpty() ? 0 : Integer.parseInt(after.substring(4)) + 1;
        return IntStream.range(from, from + MAX_LIMIT)
                .<Map<String, Object>>mapToObj(i -> Map.of("id", String.format("usr_%09d", i)))
                .toList();
    }

    private String now() {
        return clock.instant().toString();
    }

    private static String json(Map<String, Object> value) {
        return JSONObjectUtils.toJSONString(value);
    }
}
