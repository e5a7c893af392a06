package io.heliograph.cli.load.result;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Records by the names of their components, so that no list of fields is kept in step by hand. */
final class Records {
  private Records() {}

  static Map<String, @Nullable Object> tree(Record record) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      map.put(component.getName(), value(component, record));
    }
    return map;
  }

  static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a public record's accessor cannot be called", e);
    }
  }

  static double number(RecordComponent component, Record record) {
    return value(component, record) instanceof Double number ? number : Double.NaN;
  }

  static <T extends Record> T make(Class<T> type, Function<RecordComponent, Object> value) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getConstructor(types).newInstance(Arrays.stream(components).map(value).toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a public record cannot be made", e);
    }
  }
}
