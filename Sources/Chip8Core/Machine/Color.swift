/// Red, green and blue of a colour.
package func components(of color: UInt32) -> [UInt8] {
  [16, 8, 0].map { UInt8(truncatingIfNeeded: color >> $0) }
}
