package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.http.server.PathContainer;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.condition.RequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Spring's mapping, extended by {@link CustomMethod}. A handler without one matches only requests without a colon suffix. A path that stands in a mapping as it is, such as
 * {@code /v1/policies/test}, is no id of another mapping, and what spans slashes has at least one segment: otherwise {@code Allow} would name methods that are not there.
 */
public final class CustomMethodMapping extends RequestMappingHandlerMapping {
    private static final String GET = "GET";
    private static final String HEAD = "HEAD";

    /** By the beginning of a path: Spring asks each of its mappings, which takes longer than many a handler does. */
    private Map<String, Set<Candidate>> byBeginning = Map.of();

    /** Without variables. */
    private Set<String> plainPaths = Set.of();

    @Override
    public void afterPropertiesSet() {
        super.afterPropertiesSet();
        plainPaths = getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getDirectPaths().stream())
                .collect(Collectors.toUnmodifiableSet());
        Map<String, Set<Candidate>> found = new HashMap<>();
        getHandlerMethods()
                .forEach((mapping, handler) -> patternsOf(mapping)
                        .forEach(pattern -> found.computeIfAbsent(
                                        beginningOf(pattern.getPatternString()), beginning -> new LinkedHashSet<>())
                                .add(Candidate.of(mapping, pattern, handler))));
        byBeginning = Map.copyOf(found);
    }

    @Override
    protected @Nullable RequestCondition<?> getCustomMethodCondition(Method method) {
        if (AnnotationUtils.findAnnotation(method, ColonsInPath.class) != null) {
            return null;
        }
        CustomMethod annotation = AnnotationUtils.findAnnotation(method, CustomMethod.class);
        return new Suffix(annotation == null ? "" : annotation.value());
    }

    /**
     * What follows the last colon of the last segment; empty when there is none. A colon that nothing follows is its own suffix, which no handler has: otherwise one
     * secret would have two names.
     */
    public static String suffixOf(String uri) {
        int colon = uri.lastIndexOf(':');
        if (colon < 0 || uri.indexOf('/', colon) >= 0) {
            return "";
        }
        return colon == uri.length() - 1 ? ":" : uri.substring(colon + 1);
    }

    /** What one mapping alone of those with the same beginning is for. All else is left to Spring: several, none, and what begins with a variable. */
    @Override
    protected @Nullable HandlerMethod lookupHandlerMethod(String path, HttpServletRequest request) throws Exception {
        String uri = request.getRequestURI();
        String suffix = suffixOf(uri);
        PathContainer parsed =
                ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication();
        Candidate only = null;
        PathPattern.PathMatchInfo match = null;
        for (Candidate candidate : byBeginning.getOrDefault(beginningOf(uri), Set.of())) {
            if (!candidate.mayMatch(request.getMethod(), suffix) || !isAbout(candidate.pattern(), uri)) {
                continue;
            }
            PathPattern.PathMatchInfo matching = candidate.pattern().matchAndExtract(parsed);
            if (matching != null && (match != null || candidate.hasMoreConditions())) {
                return super.lookupHandlerMethod(path, request);
            }
            if (matching != null) {
                match = matching;
                only = candidate;
            }
        }
        if (match == null || only == null) {
            return super.lookupHandlerMethod(path, request);
        }
        request.setAttribute(BEST_MATCHING_HANDLER_ATTRIBUTE, only.handler());
        request.setAttribute(PATH_WITHIN_HANDLER_MAPPING_ATTRIBUTE, path);
        request.setAttribute(BEST_MATCHING_PATTERN_ATTRIBUTE, only.pattern().getPatternString());
        request.setAttribute(URI_TEMPLATE_VARIABLES_ATTRIBUTE, match.getUriVariables());
        return only.handler();
    }

    @Override
    protected @Nullable RequestMappingInfo getMatchingMapping(RequestMappingInfo mapping, HttpServletRequest request) {
        RequestMappingInfo matching = super.getMatchingMapping(mapping, request);
        return matching != null && isAbout(matching.getPathPatternsCondition(), request) ? matching : null;
    }

    /** @param matching what matches the path of the request */
    private boolean isAbout(@Nullable PathPatternsRequestCondition matching, HttpServletRequest request) {
        return matching != null
                && matching.getPatterns().stream().anyMatch(pattern -> isAbout(pattern, request.getRequestURI()));
    }

    /** Whether a URI that the pattern matches is meant by it. */
    private boolean isAbout(PathPattern pattern, String uri) {
        String text = pattern.getPatternString();
        if (text.endsWith("/**") || text.contains("/{*")) {
            return slashesOf(uri) >= slashesOf(text);
        }
        return !pattern.hasPatternSyntax() || !plainPaths.contains(uri);
    }

    private static int slashesOf(String path) {
        int slashes = 0;
        for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
            slashes++;
        }
        return slashes;
    }

    private static Set<PathPattern> patternsOf(RequestMappingInfo mapping) {
        PathPatternsRequestCondition paths = mapping.getPathPatternsCondition();
        return paths == null ? Set.of() : paths.getPatterns();
    }

    /** The first two segments. */
    private static String beginningOf(String path) {
        int first = path.indexOf('/', 1);
        int second = first < 0 ? -1 : path.indexOf('/', first + 1);
        return second < 0 ? path : path.substring(0, second);
    }

    /** Tells a path that is there with other methods, OPTIONS included, from one that is not there. */
    @Override
    protected @Nullable HandlerMethod handleNoMatch(
            Set<RequestMappingInfo> mappings, String path, HttpServletRequest request)
            throws HttpRequestMethodNotSupportedException {
        Set<String> allowed = new TreeSet<>();
        for (RequestMappingInfo mapping : mappings) {
            if (isFor(mapping, request)) {
                mapping.getMethodsCondition().getMethods().forEach(method -> allowed.add(method.name()));
            }
        }
        if (!allowed.isEmpty()) {
            throw new HttpRequestMethodNotSupportedException(request.getMethod(), allowed);
        }
        return null;
    }

    private boolean isFor(RequestMappingInfo mapping, HttpServletRequest request) {
        PathPatternsRequestCondition path = mapping.getPathPatternsCondition();
        RequestCondition<?> suffix = mapping.getCustomCondition();
        return path != null
                && isAbout(path.getMatchingCondition(request), request)
                && (suffix == null || suffix.getMatchingCondition(request) != null);
    }

    private record Suffix(String name) implements RequestCondition<Suffix> {
        @Override
        public Suffix combine(Suffix other) {
            return other;
        }

        @Override
        public @Nullable Suffix getMatchingCondition(HttpServletRequest request) {
            return suffixOf(request.getRequestURI()).equals(name) ? this : null;
        }

        @Override
        public int compareTo(Suffix other, HttpServletRequest request) {
            return 0;
        }
    }

    /**
     * @param methods none when it is for all
     * @param suffix null when it is for all
     * @param hasMoreConditions than path, method and suffix
     */
    private record Candidate(
            PathPattern pattern,
            HandlerMethod handler,
            Set<String> methods,
            @Nullable String suffix,
            boolean hasMoreConditions) {
        static Candidate of(RequestMappingInfo mapping, PathPattern pattern, HandlerMethod handler) {
            Set<String> methods = mapping.getMethodsCondition().getMethods().stream()
                    .map(RequestMethod::name)
                    .collect(Collectors.toUnmodifiableSet());
            return new Candidate(
                    pattern,
                    handler,
                    methods,
                    mapping.getCustomCondition() instanceof Suffix suffix ? suffix.name() : null,
                    !(mapping.getHeadersCondition().isEmpty()
                            && mapping.getParamsCondition().isEmpty()
                            && mapping.getConsumesCondition().isEmpty()
                            && mapping.getProducesCondition().isEmpty()));
        }

        /** By what costs nothing to compare. Spring lets HEAD go to what is for GET. */
        boolean mayMatch(String method, String requested) {
            boolean called = methods.isEmpty()
                    || methods.contains(HEAD.equals(method) ? GET : method)
                    || methods.contains(method);
            return called && (suffix == null || suffix.equals(requested));
        }
    }
}
