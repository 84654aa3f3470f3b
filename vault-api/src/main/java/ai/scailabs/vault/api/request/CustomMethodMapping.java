package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.condition.RequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Spring's mapping, extended by {@link CustomMethod}. A handler without one matches only requests without a colon suffix. */
public final class CustomMethodMapping extends RequestMappingHandlerMapping {
    private final ConcurrentHashMap<RequestMappingInfo, Outline> outlines = new ConcurrentHashMap<>();

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

    /** Nearly every mapping is for something else, which takes a fraction of what the conditions cost to tell. */
    @Override
    protected @Nullable RequestMappingInfo getMatchingMapping(RequestMappingInfo info, HttpServletRequest request) {
        return outlines.computeIfAbsent(info, Outline::of).mayBeFor(request)
                ? super.getMatchingMapping(info, request)
                : null;
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

    private static boolean isFor(RequestMappingInfo mapping, HttpServletRequest request) {
        PathPatternsRequestCondition path = mapping.getPathPatternsCondition();
        RequestCondition<?> suffix = mapping.getCustomCondition();
        return path != null
                && path.getMatchingCondition(request) != null
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

    /** @param beginnings of the paths, up to the first variable */
    private record Outline(Set<String> methods, List<String> beginnings) {
        static Outline of(RequestMappingInfo info) {
            return new Outline(
                    info.getMethodsCondition().getMethods().stream()
                            .map(RequestMethod::name)
                            .collect(Collectors.toUnmodifiableSet()),
                    info.getPatternValues().stream()
                            .map(pattern -> pattern.split("\\{", 2)[0])
                            .toList());
        }

        boolean mayBeFor(HttpServletRequest request) {
            String method = request.getMethod();
            if (!methods.contains(method.equals("HEAD") ? "GET" : method)) {
                return false;
            }
            String uri = request.getRequestURI();
            for (String beginning : beginnings) {
                if (uri.startsWith(beginning)) {
                    return true;
                }
            }
            return false;
        }
    }
}
