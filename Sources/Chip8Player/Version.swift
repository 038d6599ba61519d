/// The version of chip8 and of all that is built with it. Scripts/version.sh reads this line.
package let productVersion = "0.1.0"
